"""A root that an earlier version has written goes on. Its documents are as those of November 2026 were."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local_workspace.clusters.clusters import Clusters
from local_workspace.clusters.records import WantedClusters
from local_workspace.runs.requests.submit import SubmitRun
from local_workspace.runs.runs import Runs
from local_workspace.runs.wanted import Wanted
from local_workspace.settings import Settings
from local_workspace.store import Store
from tests.fast.local_workspace.clusters_in import clusters_in
from tests.fast.local_workspace.manual_clock import ManualClock
from tests.fast.local_workspace.runs_in import runs_in

CLUSTER: dict[str, Any] = {
    "cluster_id": "1124-081500-x7k2m9qa",
    "spec": {
        "spark_version": "19.x-cpu-ml-scala2.13",
        "node_type_id": "Standard_DS3_v2",
        "num_workers": 2,
        "cluster_name": "before",
        "autotermination_minutes": 20,
    },
    "state": "RUNNING",
    "state_message": "Runtime 19.x-cpu-ml-scala2.13 is run here by Spark 4.3.0.",
    "start_time": 1_795_000_000_000,
    "last_restarted_time": 1_795_000_000_000,
    "events": [{"cluster_id": "1124-081500-x7k2m9qa", "timestamp": 1, "type": "CREATING", "details": {}}],
    "driver": {"node_id": "a", "instance_id": "i"},
    "spark_context_id": 7,
    "last_activity": 1_795_000_000.5,
}
SUCCESS = {
    "life_cycle_state": "TERMINATED",
    "result_state": "SUCCESS",
    "code": "SUCCESS",
    "type": "SUCCESS",
    "message": "",
    "user_cancelled_or_timedout": False,
}
RUN: dict[str, Any] = {
    "run_id": 1,
    "job_id": 1,
    "run_name": "prepare",
    "timeout_seconds": 0,
    "is_single_task": False,
    "task_run_ids": [2],
    "start_time": 1_795_000_001_000,
    "end_time": 1_795_000_009_000,
    "outcome": SUCCESS,
}
TASK: dict[str, Any] = {
    "run_id": 2,
    "parent_run_id": 1,
    "task": {
        "task_key": "main",
        "spark_python_task": {"python_file": "/Workspace/Shared/run.py", "parameters": ["{{x}}", "2"]},
        "existing_cluster_id": "1124-081500-x7k2m9qa",
        "timeout_seconds": 0,
        "email_notifications": {},
    },
    "life_cycle_state": "TERMINATING",
    "start_time": 1_795_000_001_000,
    "execution_start": 1_795_000_002_000,
    "execution_end": 1_795_000_008_000,
    "end_time": 1_795_000_009_000,
    "outcome": SUCCESS,
    "spark_context_id": 7,
}
# A run that was active when the server was killed.
LOST_RUN = RUN | {"run_id": 3, "job_id": 2, "task_run_ids": [4], "end_time": 0, "outcome": None}
LOST_TASK = TASK | {"run_id": 4, "parent_run_id": 3, "end_time": 0, "outcome": None}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path, 1, "dapi")


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    store = Store(settings.database)
    store.collection("clusters").put(CLUSTER["cluster_id"], CLUSTER)
    for run, task in ((RUN, TASK), (LOST_RUN, LOST_TASK)):
        store.collection("runs").put(str(run["run_id"]), run)
        store.collection("task_runs").put(str(task["run_id"]), task)
    store.collection("idempotency_tokens").put("seen", {"run_id": 1})
    for _ in range(4):
        store.next_number("run")
    yield store
    store.close()


@pytest.fixture
def clusters(settings: Settings, store: Store) -> Iterator[Clusters]:
    clusters = clusters_in(settings, store, ManualClock())
    clusters.start()
    yield clusters
    clusters.stop(deadline=0.0)


@pytest.fixture
def runs(settings: Settings, store: Store, clusters: Clusters) -> Runs:
    runs = runs_in(settings, store, ManualClock(), clusters)
    runs.start()
    return runs


def test_its_clusters_have_ended_and_are_shown(clusters: Clusters) -> None:
    (cluster,), has_more = clusters.newest(WantedClusters(), 0, 9)
    assert not has_more
    assert (cluster["cluster_id"], cluster["cluster_name"]) == ("1124-081500-x7k2m9qa", "before")
    assert cluster["state"] == "TERMINATED"
    assert cluster["termination_reason"]["code"] == "CLOUD_PROVIDER_SHUTDOWN"
    assert clusters.get("1124-081500-x7k2m9qa")["spec"] == CLUSTER["spec"]


def test_its_runs_are_shown_as_they_were_and_what_was_active_is_lost(runs: Runs) -> None:
    lost, kept = runs.newest(Wanted(), 0, 9)[0]
    assert (kept["run_id"], kept["state"]["result_state"], kept["execution_duration"]) == (1, "SUCCESS", 6000)
    assert kept["tasks"][0]["spark_python_task"] == TASK["task"]["spark_python_task"]
    assert runs.get(2)["task"] == {"spark_python_task": TASK["task"]["spark_python_task"]}
    assert lost["state"]["life_cycle_state"] == "INTERNAL_ERROR"
    assert "server was killed" in lost["state"]["state_message"]
    on_cluster = runs.newest_on_cluster("1124-081500-x7k2m9qa", 9)
    assert [run["run_id"] for run in on_cluster] == [3, 1]


def test_a_token_that_it_has_seen_is_its_run(runs: Runs) -> None:
    task = {key: value for key, value in TASK["task"].items() if key != "email_notifications"}
    asked = SubmitRun.model_validate({"tasks": [task], "idempotency_token": "seen"})
    assert runs.submit(asked) == 1
