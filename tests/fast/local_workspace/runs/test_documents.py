"""Runs in the store, and how Databricks' two vocabularies show them."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from databricks.sdk.service.jobs import (
    Run,
    RunLifeCycleState,
    RunLifecycleStateV2State,
    TerminationCodeCode,
    TerminationTypeType,
)

from local_workspace.errors import InvalidParameterValue
from local_workspace.runs.document import task_run, whole_run
from local_workspace.runs.outcome import (
    CANCELED,
    SUCCEEDED,
    WORKLOAD_FAILED,
    Outcome,
    internal_error,
    timed_out,
)
from local_workspace.runs.records import RunRecords
from local_workspace.runs.requests.submit import SubmitRun
from local_workspace.runs.wanted import Wanted
from local_workspace.settings import Settings
from local_workspace.store import Store
from tests.fast.local_workspace.manual_clock import ManualClock

SETTINGS = Settings(Path(), 1, "dapi")
OLDER_FORM = SubmitRun.model_validate(
    {
        "run_name": "n" * 120,
        "existing_cluster_id": "c",
        "spark_python_task": {"python_file": "dbfs:/a.py"},
        "timeout_seconds": "60",
    }
)
LOST = internal_error("gone", "DRIVER_ERROR", "CLOUD_FAILURE")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def records(tmp_path: Path, clock: ManualClock) -> RunRecords:
    return RunRecords(Store(tmp_path / "store.db"), clock)


def request(*keys: str, **fields: Any) -> SubmitRun:
    """A request for one task per key."""
    script = {"python_file": "/Workspace/a.py", "parameters": [1, "two"]}
    tasks = [{"task_key": key, "existing_cluster_id": "c", "spark_python_task": script} for key in keys]
    return SubmitRun.model_validate({"tasks": tasks, **fields})


def shown(records: RunRecords, run_id: int) -> Run:
    """The run as the SDK reads it."""
    run = records.run(run_id)
    return Run.from_dict(whole_run(run, records.tasks_of(run), SETTINGS))


def settled(records: RunRecords, *outcomes: Outcome, is_single_task: bool = False) -> Run:
    """A run whose tasks ended so."""
    asked = OLDER_FORM if is_single_task else request(*(f"t{n}" for n in range(len(outcomes))), run_name="r")
    run_id, _ = records.add(asked)
    run = records.run(run_id)
    for task_run_id, outcome in zip(run["task_run_ids"], outcomes, strict=True):
        records.settle(task_run_id, outcome)
    return shown(records, run_id)


@pytest.mark.parametrize(
    ("outcomes", "life_cycle", "result", "message"),
    [
        ([SUCCEEDED, SUCCEEDED], "TERMINATED", "SUCCESS", ""),
        (
            [SUCCEEDED, WORKLOAD_FAILED],
            "INTERNAL_ERROR",
            "FAILED",
            "Task t1 failed with message: Workload failed, see run output for details.",
        ),
        ([CANCELED], "TERMINATED", "CANCELED", "Run cancelled."),
        ([LOST], "INTERNAL_ERROR", "FAILED", "Task t0 failed with message: gone."),
    ],
)
def test_a_run_ends_as_its_tasks_do(
    records: RunRecords, outcomes: list[Outcome], life_cycle: str, result: str, message: str
) -> None:
    state = settled(records, *outcomes).state
    assert state is not None
    assert state.as_dict() == {
        "life_cycle_state": life_cycle,
        "result_state": result,
        "state_message": message,
        "user_cancelled_or_timedout": outcomes == [CANCELED],
    }


def test_a_run_of_the_older_form_has_its_tasks_own_outcome(records: RunRecords) -> None:
    state = settled(records, WORKLOAD_FAILED, is_single_task=True).state
    assert state is not None
    assert state.life_cycle_state == RunLifeCycleState.TERMINATED


@pytest.mark.parametrize("outcome", [SUCCEEDED, WORKLOAD_FAILED, CANCELED, LOST, timed_out(5)])
def test_every_outcome_uses_words_that_the_sdk_knows(outcome: Outcome) -> None:
    assert TerminationCodeCode(outcome.code)
    assert TerminationTypeType(outcome.type)


def test_an_active_run_has_no_result_and_no_end(records: RunRecords, clock: ManualClock) -> None:
    run_id, _ = records.add(request("main"))
    (task_run_id,) = records.run(run_id)["task_run_ids"]
    pending = shown(records, run_id)
    clock.pass_seconds(3)
    records.begin(task_run_id, spark_context_id=9)
    running = shown(records, run_id)
    assert pending.state is not None
    assert running.state is not None
    assert running.status is not None
    assert (pending.state.life_cycle_state, pending.state.result_state) == (RunLifeCycleState.PENDING, None)
    assert running.status.state == RunLifecycleStateV2State.RUNNING
    assert (running.end_time, running.setup_duration) == (0, 3000)


def test_durations_are_milliseconds_of_set_up_execution_and_clean_up(
    records: RunRecords, clock: ManualClock
) -> None:
    run_id, _ = records.add(request("main"))
    (task_run_id,) = records.run(run_id)["task_run_ids"]
    clock.pass_seconds(2)
    records.begin(task_run_id, spark_context_id=9)
    clock.pass_seconds(5)
    records.begin_cleanup(task_run_id)
    clock.pass_seconds(1)
    records.settle(task_run_id, SUCCEEDED)
    run = shown(records, run_id)
    assert (run.setup_duration, run.execution_duration, run.cleanup_duration) == (2000, 5000, 1000)
    assert run.run_duration == (run.end_time or 0) - (run.start_time or 0) == 8000


def test_a_task_that_never_began_does_not_shorten_its_run(records: RunRecords, clock: ManualClock) -> None:
    run_id, _ = records.add(request("ran", "waited"))
    ran, waited = records.run(run_id)["task_run_ids"]
    records.begin(ran, spark_context_id=9)
    clock.pass_seconds(5)
    records.begin_cleanup(ran)
    records.settle(ran, SUCCEEDED)
    records.settle(waited, LOST)
    assert shown(records, run_id).execution_duration == 5000


def test_a_run_has_no_clean_up_while_one_of_its_tasks_runs(records: RunRecords, clock: ManualClock) -> None:
    run_id, _ = records.add(request("quick", "slow"))
    quick, slow = records.run(run_id)["task_run_ids"]
    for task_run_id in (quick, slow):
        records.begin(task_run_id, spark_context_id=9)
    clock.pass_seconds(5)
    records.begin_cleanup(quick)
    assert shown(records, run_id).execution_duration == 0  # not over yet


def test_a_link_leads_to_the_address_that_a_browser_knows(records: RunRecords) -> None:
    run_id, _ = records.add(request("main"))
    run, tasks = records.with_tasks(run_id)
    assert whole_run(run, tasks, SETTINGS)["run_page_url"].startswith("http://127.0.0.1:1/jobs/")
    public = replace(SETTINGS, public_url="http://localhost:8080")
    url = whole_run(run, tasks, public)["run_page_url"]
    assert url == f"http://localhost:8080/jobs/{run['job_id']}/runs/{run_id}?o={SETTINGS.workspace_id}"


def test_the_first_outcome_of_a_task_stays(records: RunRecords) -> None:
    run_id, _ = records.add(request("main"))
    (task_run_id,) = records.run(run_id)["task_run_ids"]
    records.settle(task_run_id, CANCELED)
    records.settle(task_run_id, SUCCEEDED)
    task = records.task(task_run_id)
    assert task is not None
    as_run = Run.from_dict(task_run(records.run(run_id), task, [], SETTINGS))
    assert as_run.state is not None
    assert as_run.state.result_state is not None
    assert as_run.state.result_state.value == "CANCELED"


def test_one_token_is_one_run_for_all_threads(records: RunRecords) -> None:
    asked = request("main", **{"idempotency_token": "same"})
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: records.add(asked), range(32)))
    assert len({run_id for run_id, _ in answers}) == 1
    assert sum(is_new for _, is_new in answers) == 1
    assert len(records.newest(Wanted(), 0, 9).runs) == 1


def test_the_token_of_a_deleted_run_stays_taken(records: RunRecords) -> None:
    asked = request("main", **{"idempotency_token": "taken"})
    run_id, _ = records.add(asked)
    records.delete(run_id)
    with pytest.raises(InvalidParameterValue, match=f"Run {run_id} does not exist"):
        records.add(asked)


def test_the_older_form_becomes_one_task_with_the_runs_name() -> None:
    OLDER_FORM.check()
    (task,) = OLDER_FORM.tasks
    assert (task.task_key, task.existing_cluster_id, task.timeout_seconds) == ("n" * 100, "c", 0)
    assert (OLDER_FORM.timeout_seconds, OLDER_FORM.is_single_task) == (60, True)
