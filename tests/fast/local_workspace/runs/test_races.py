"""Requests that come at the same time, with one of them stopped at its worst moment."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from local_workspace.clusters.clusters import Clusters
from local_workspace.clusters.spark.driver import Driver
from local_workspace.clusters.spec import ClusterSpec
from local_workspace.errors import TemporarilyUnavailable
from local_workspace.files.workspace import FILE, WorkspaceFiles
from local_workspace.runs.outcome import Outcome
from local_workspace.runs.records import SUBMITTED, Origin, RunRecords
from local_workspace.runs.requests.submit import RunRequest, SubmitRun
from local_workspace.runs.runs import Runs
from local_workspace.runs.wanted import Wanted
from local_workspace.settings import Settings
from local_workspace.store import Store
from tests.fast.local_workspace.clusters_in import clusters_of
from tests.fast.local_workspace.manual_clock import ManualClock
from tests.fast.local_workspace.runs_in import runs_in
from tests.fast.local_workspace.strange_java import STUCK, strange_java
from tests.wire.polling import until

SPEC = ClusterSpec(
    spark_version="19.x-cpu-ml-scala2.13",
    node_type_id="Standard_DS3_v2",
    num_workers=0,
    spark_conf={"spark.databricks.cluster.profile": "singleNode"},
)
NOTHING: Callable[[], object] = lambda: None  # noqa: E731


class StuckClusters(Clusters):
    """Clusters that do not let a run go when it is told to, until `released`."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.released = threading.Event()
        self.released.set()

    def wait_for_driver(self, cluster_id: str, given_up: Callable[[], bool]) -> Driver | None:
        """As always, but late."""
        driver = super().wait_for_driver(cluster_id, given_up)
        self.released.wait()
        return driver


class InterruptedRecords(RunRecords):
    """Records of runs, with what happens just after a run was added and just before its tasks are read."""

    after_add: Callable[[int], object] = staticmethod(lambda _run_id: None)
    before_tasks: Callable[[], object] = staticmethod(NOTHING)

    def add(self, request: RunRequest, origin: Origin = SUBMITTED) -> tuple[int, bool]:
        """Interrupted once it has happened."""
        added = super().add(request, origin)
        self.after_add(added[0])
        return added

    def tasks_of(self, run: dict[str, Any]) -> list[dict[str, Any]]:
        """Interrupted before it happens, once."""
        interruption, self.before_tasks = self.before_tasks, NOTHING
        interruption()
        return super().tasks_of(run)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path, 1, "dapi")


@pytest.fixture
def clusters(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[StuckClusters]:
    """Whose drivers never come up."""
    monkeypatch.setenv("JAVA_HOME", str(strange_java(settings.root / "java", STUCK)))
    store = Store(settings.database)
    clusters = clusters_of(StuckClusters, settings, store, ManualClock())
    yield clusters
    clusters.stop(threading.TIMEOUT_MAX / 2)


@pytest.fixture
def records(settings: Settings) -> InterruptedRecords:
    return InterruptedRecords(Store(settings.database), ManualClock())


@pytest.fixture
def runs(settings: Settings, records: RunRecords, clusters: StuckClusters) -> Iterator[Runs]:
    store = Store(settings.database)
    workspace = WorkspaceFiles(settings.workspace_files, store, ManualClock(), settings.user_name)
    workspace.write("/a.py", b"print(1)", FILE, None, overwrite=False)
    runs = runs_in(settings, store, ManualClock(), clusters, records)
    yield runs
    clusters.released.set()
    runs.stop(deadline=0.0)


@pytest.fixture
def request_(clusters: Clusters) -> SubmitRun:
    """For a run that waits for its cluster."""
    task = {
        "task_key": "main",
        "existing_cluster_id": clusters.create(SPEC),
        "spark_python_task": {"python_file": "/Workspace/a.py"},
    }
    return SubmitRun.model_validate({"tasks": [task]})


def life_cycle(runs: Runs, run_id: int) -> str:
    return str(runs.get(run_id)["state"]["life_cycle_state"])


def cancelled(runs: Runs, request: SubmitRun) -> int:
    """A run that has ended because it was cancelled."""
    run_id = runs.submit(request)
    runs.cancel(run_id)
    until(lambda: life_cycle(runs, run_id) == "TERMINATED", "the end of the cancelled run")
    return run_id


def listed(runs: Runs) -> list[int]:
    return [run["run_id"] for run in runs.newest(Wanted(), 0, 9)[0]]


def test_a_cancel_that_comes_while_a_run_begins_is_not_lost(
    runs: Runs, records: InterruptedRecords, request_: SubmitRun
) -> None:
    cancels: list[threading.Thread] = []

    def cancel(run_id: int) -> None:
        cancels.append(threading.Thread(target=runs.cancel, args=(run_id,)))
        cancels[0].start()
        cancels[0].join(0.2)  # as long as it may take before the run has begun

    records.after_add = cancel
    run_id = runs.submit(request_)
    cancels[0].join()
    until(lambda: life_cycle(runs, run_id) == "TERMINATED", "the end of the cancelled run")
    assert runs.get(run_id)["state"]["result_state"] == "CANCELED"


def test_no_run_begins_once_the_workspace_stops(runs: Runs, request_: SubmitRun) -> None:
    runs.stop(deadline=0.0)
    with pytest.raises(TemporarilyUnavailable, match="stopping"):
        runs.submit(request_)
    assert listed(runs) == []


def test_stopping_does_not_wait_longer_than_it_may(
    runs: Runs, clusters: StuckClusters, request_: SubmitRun
) -> None:
    clusters.released.clear()
    run_id = runs.submit(request_)
    runs.stop(deadline=0.0)  # returns, though the run is stuck
    assert life_cycle(runs, run_id) == "INTERNAL_ERROR"


def test_runs_can_be_listed_while_one_is_deleted(
    runs: Runs, records: InterruptedRecords, request_: SubmitRun
) -> None:
    run_id = cancelled(runs, request_)
    deletion = threading.Thread(target=runs.delete, args=(run_id,))

    def delete() -> None:
        deletion.start()
        deletion.join(0.2)

    records.before_tasks = delete
    assert listed(runs) == [run_id]
    deletion.join()
    assert listed(runs) == []


def test_a_deleted_run_leaves_no_folder(runs: Runs, settings: Settings, request_: SubmitRun) -> None:
    run_id = cancelled(runs, request_)
    folder = settings.runs / str(runs.get(run_id)["tasks"][0]["run_id"])
    folder.mkdir(parents=True)
    (folder / "output.log").write_text("secret")
    runs.delete(run_id)
    assert not folder.exists()


def test_a_run_can_end_by_itself_while_the_workspace_ends_it(settings: Settings, request_: SubmitRun) -> None:
    # Each held what the other waited for: the records, or the store.
    store = Store(settings.database)
    records = RunRecords(store, ManualClock())
    run_id, _ = records.add(request_)
    (task,) = records.tasks_of(records.run(run_id))
    outcome = Outcome("TERMINATED", "SUCCESS", code="SUCCESS", type="SUCCESS")
    stopping = threading.Thread(target=records.settle_run, args=(run_id, outcome), daemon=True)

    def end_by_itself() -> None:
        with records.together():
            stopping.start()
            stopping.join(0.2)  # as long as it may take before it waits for the store
            records.settle(task["run_id"], outcome)

    ending = threading.Thread(target=end_by_itself, daemon=True)
    ending.start()
    until(lambda: not ending.is_alive() and not stopping.is_alive(), "the end of both")
