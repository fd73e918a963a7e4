"""Requests that come at the same time, with one of them stopped at its worst moment."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local_workspace.engine.cluster_spec import ClusterSpec
from local_workspace.engine.clusters import Clusters
from local_workspace.engine.processes import Processes
from local_workspace.engine.run_spec import SubmitRun
from local_workspace.engine.runs import Runs
from local_workspace.errors import TemporarilyUnavailable
from local_workspace.settings import Settings
from local_workspace.store import Store
from tests.fast.local_workspace.manual_clock import ManualClock
from tests.wire.polling import until

SPEC = ClusterSpec(
    spark_version="19.x-cpu-ml-scala2.13",
    node_type_id="Standard_DS3_v2",
    num_workers=0,
    autotermination_minutes=20,
)
TASK = {
    "task_key": "main",
    "existing_cluster_id": "c",
    "spark_python_task": {"python_file": "/Workspace/a.py"},
}
REQUEST = SubmitRun.model_validate({"tasks": [TASK]})


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def clusters(tmp_path: Path, clock: ManualClock) -> Clusters:
    """One cluster `c` that is PENDING, with nobody to start it."""
    store = Store(tmp_path / "store.db")
    clusters = Clusters(Settings(tmp_path, 1, "dapi"), store, clock, Processes(store))
    clusters._records.add("c", SPEC)
    return clusters


@pytest.fixture
def runs(tmp_path: Path, clock: ManualClock, clusters: Clusters) -> Iterator[Runs]:
    settings, store = Settings(tmp_path, 1, "dapi"), Store(tmp_path / "store.db")
    settings.workspace_files.mkdir(exist_ok=True)
    (settings.workspace_files / "a.py").write_text("print(1)")
    runs = Runs(settings, store, clock, Processes(store), clusters)
    yield runs
    runs.stop(deadline=0.0)


def life_cycle(runs: Runs, run_id: int) -> str:
    return str(runs.get(run_id)["state"]["life_cycle_state"])


def test_a_cluster_whose_run_has_just_ended_is_not_idle(
    clusters: Clusters, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = clusters._records
    records.set_running("c", {})
    listed = records.all()
    clock.pass_seconds(20 * 60)
    records.touch("c")  # by a run, after the clusters were listed
    monkeypatch.setattr(records, "all", lambda: listed)
    ended: list[str] = []
    monkeypatch.setattr(clusters, "_begin_to_end", lambda cluster_id, _reason: ended.append(cluster_id))
    clusters.terminate_idle()
    assert ended == []
    clock.pass_seconds(20 * 60)
    clusters.terminate_idle()
    assert ended == ["c"]


def test_a_cancel_that_comes_while_a_run_begins_is_not_lost(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = runs._records.add
    cancels: list[threading.Thread] = []

    def add_and_be_cancelled(request: SubmitRun) -> tuple[int, bool]:
        run_id, is_new = add(request)
        cancels.append(threading.Thread(target=runs.cancel, args=(run_id,)))
        cancels[0].start()
        cancels[0].join(0.2)  # as long as it may take before the run has begun
        return run_id, is_new

    monkeypatch.setattr(runs._records, "add", add_and_be_cancelled)
    run_id = runs.submit(REQUEST)
    cancels[0].join()
    until(lambda: life_cycle(runs, run_id) == "TERMINATED", "the end of the cancelled run")
    assert runs.get(run_id)["state"]["result_state"] == "CANCELED"


def test_no_run_begins_once_the_workspace_stops(runs: Runs) -> None:
    runs.stop(deadline=0.0)
    with pytest.raises(TemporarilyUnavailable, match="stopping"):
        runs.submit(REQUEST)
    assert runs.every() == []


def test_stopping_does_not_wait_longer_than_it_may(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = runs.submit(REQUEST)
    (task_run,) = runs._active.values()
    monkeypatch.setattr(task_run, "end_as", lambda _outcome: None)  # it goes on
    runs.stop(deadline=0.0)
    assert life_cycle(runs, run_id) == "INTERNAL_ERROR"
    monkeypatch.undo()
    runs.cancel(run_id)


def test_runs_can_be_listed_while_one_is_deleted(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = runs.submit(REQUEST)
    runs.cancel(run_id)
    until(lambda: life_cycle(runs, run_id) == "TERMINATED", "the end of the cancelled run")
    tasks_of = runs._records.tasks_of
    deletion = threading.Thread(target=runs.delete, args=(run_id,))

    def tasks_after_deletion(run: dict[str, Any]) -> list[dict[str, Any]]:
        deletion.start()
        deletion.join(0.2)
        monkeypatch.undo()
        return tasks_of(run)

    monkeypatch.setattr(runs._records, "tasks_of", tasks_after_deletion)
    assert [run["run_id"] for run in runs.every()] == [run_id]
    deletion.join()
    assert runs.every() == []


def test_a_deleted_run_leaves_no_folder(runs: Runs, tmp_path: Path) -> None:
    run_id = runs.submit(REQUEST)
    runs.cancel(run_id)
    until(lambda: life_cycle(runs, run_id) == "TERMINATED", "the end of the cancelled run")
    folder = tmp_path / "runs" / str(runs.get(run_id)["tasks"][0]["run_id"])
    folder.mkdir(parents=True)
    (folder / "output.log").write_text("secret")
    runs.delete(run_id)
    assert not folder.exists()
