"""A job run is submitted once per intent, watched to its end, and its failure is told in its own words."""

import os
import signal
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowTaskTimeout
from airflow.sdk.execution_time.timeout import timeout

from rookery.exceptions import JobRunError, TaskStopped
from rookery.operators.bases.job_run import JobRunOperator
from rookery.operators.sweep import TrainOperator
from rookery.workspace.job_runs import Intent, Try
from tests.fast.airflow.job_runs import GET, SUBMIT, run
from tests.fast.airflow.sweeps import SWEEP_ARGUMENTS, answer_sweep
from tests.fast.airflow.tasks import TaskInstance, context_of
from tests.recorder import Call, Recorder, Reply

OUTPUT = "GET /api/2.2/jobs/runs/get-output"
CANCEL = "POST /api/2.2/jobs/runs/cancel"

RETRIES = 2


def operator() -> JobRunOperator:
    return JobRunOperator(
        task_id="train",
        existing_cluster_id="c1",
        code_folder="/Workspace/Users/me/rookery_code/abc",
        entry="train",
        arguments=["dbfs:/points.json", "0", "4"],
        run_name="LogisticRegression 1-4 of 12",
        retries=RETRIES,
    )


def execute(try_number: int = 1, max_tries: int = RETRIES, map_index: int = 0) -> tuple[Any, TaskInstance]:
    instance = TaskInstance("train", try_number, max_tries, map_index)
    return operator().execute(context_of(instance)), instance


def tokens(databricks: Recorder) -> list[str]:
    return [body["idempotency_token"] for body in databricks.bodies(SUBMIT)]


def test_the_whole_request(databricks: Recorder) -> None:
    databricks.answers(SUBMIT, {"run_id": 7})
    databricks.answers(GET, run(7, "TERMINATED", "SUCCESS"))
    assert execute()[0] == 7
    (request,) = databricks.bodies(SUBMIT)
    assert len(request.pop("idempotency_token")) == 64
    assert request == {
        "run_name": "LogisticRegression 1-4 of 12 of penguins, manual__1",
        "timeout_seconds": 3600,
        "tasks": [
            {
                "task_key": "train",
                "existing_cluster_id": "c1",
                "timeout_seconds": 3600,
                "spark_python_task": {
                    "python_file": "/Workspace/Users/me/rookery_code/abc/run.py",
                    "parameters": [
                        "/Workspace/Users/me/rookery_code/abc",
                        "train",
                        "dbfs:/points.json",
                        "0",
                        "4",
                    ],
                },
            }
        ],
    }


def test_the_run_is_watched_until_it_ends_and_its_link_shown_before(databricks: Recorder) -> None:
    databricks.answers(SUBMIT, {"run_id": 7})
    databricks.answers(
        GET, run(7, "PENDING"), run(7, "RUNNING"), run(7, "TERMINATING"), run(7, "TERMINATED", "SUCCESS")
    )
    run_id, instance = execute()
    assert run_id == 7
    assert instance.pushed["_link_JobRunLink"] == "http://w/7"


def test_a_retry_attaches_to_a_run_that_is_still_active(databricks: Recorder) -> None:
    databricks.answers(SUBMIT, {"run_id": 7})
    databricks.answers(GET, run(7, "RUNNING"), run(7, "TERMINATED", "SUCCESS"))
    assert execute(try_number=2)[0] == 7
    assert len(databricks.bodies(SUBMIT)) == 1


def test_a_retry_after_a_failed_run_submits_a_new_generation(databricks: Recorder) -> None:
    databricks.answers(SUBMIT, {"run_id": 7}, {"run_id": 8})
    databricks.answers(GET, run(7, "TERMINATED", "FAILED"), run(8, "TERMINATED", "SUCCESS"))
    assert execute(try_number=2)[0] == 8
    first, second = tokens(databricks)
    assert first != second


def test_the_tokens_are_the_same_for_every_try_until_the_task_is_cleared(databricks: Recorder) -> None:
    databricks.answers(SUBMIT, {"run_id": 7})
    databricks.answers(GET, run(7, "TERMINATED", "SUCCESS"))
    execute(try_number=1)
    execute(try_number=3)
    # Cleared after its first try: Airflow raises max_tries by the tries so far.
    execute(try_number=2, max_tries=1 + RETRIES)
    first, third, cleared = tokens(databricks)
    assert first == third
    assert cleared != first


@pytest.mark.parametrize(
    ("try_number", "max_tries", "expected"),
    [
        (1, 2, Try(0, 1)),
        (3, 2, Try(0, 3)),
        (2, 3, Try(1, 1)),
        (3, 3, Try(1, 2)),
        (4, 5, Try(3, 1)),
        (1, 0, Try(0, 1)),
    ],
)
def test_a_clear_begins_a_new_epoch_and_a_retry_does_not(
    try_number: int, max_tries: int, expected: Try
) -> None:
    assert Try.of(try_number, max_tries, RETRIES) == expected


def test_whatever_makes_another_intent_makes_another_token() -> None:
    base: dict[str, Any] = {
        "dag_id": "d",
        "run_id": "r",
        "task_id": "t",
        "map_index": 0,
        "existing_cluster_id": "c",
        "python_file": "f",
        "parameters": ("a",),
        "run_name": "n",
        "timeout_seconds": 1,
    }
    others = {"dag_id": "x", "run_id": "x", "task_id": "x", "map_index": 1, "existing_cluster_id": "x"}
    intents = [Intent(**base), Intent(**{**base, "parameters": ("b",)})]
    intents += [Intent(**{**base, key: value}) for key, value in others.items()]
    made = [
        intent.token(epoch, generation)
        for intent in intents
        for epoch, generation in ((0, 0), (1, 0), (0, 1))
    ]
    assert len(set(made)) == len(made)


def test_a_failed_run_is_told_with_message_error_and_trace(databricks: Recorder) -> None:
    databricks.answers(SUBMIT, {"run_id": 7})
    databricks.answers(GET, run(7, "INTERNAL_ERROR", "FAILED"))
    trace = "\n".join(["Traceback", *(f"line {n}" for n in range(30)), "GridError: point 3 failed"])
    databricks.answers(OUTPUT, {"error": "GridError: point 3 failed", "error_trace": trace})
    with pytest.raises(JobRunError) as caught:
        execute()
    text = str(caught.value)
    assert text.startswith("job run 7 ended FAILED: GridError: point 3 failed\n\n")
    assert "the message" in text
    assert "line 29" in text
    assert "line 5\n" not in text
    assert "see http://w/7" in text


@pytest.mark.parametrize("result", ["FAILED", "TIMEDOUT", "CANCELED", "SUCCESS_WITH_FAILURES", "EXCLUDED"])
def test_nothing_but_success_passes_as_success(databricks: Recorder, result: str) -> None:
    databricks.answers(SUBMIT, {"run_id": 7})
    databricks.answers(GET, run(7, "TERMINATED", result))
    with pytest.raises(JobRunError, match=f"ended {result}"):
        execute()


@pytest.mark.parametrize(
    ("code", "retriable"),
    [
        ("DRIVER_ERROR", True),
        ("CLOUD_FAILURE", True),
        ("CANCELED", True),
        ("USER_CANCELED", False),
        ("RUN_EXECUTION_ERROR", False),
        ("RUN_EXECUTION_TIMEOUT", False),
    ],
)
def test_what_happened_to_a_run_is_retried_and_what_happened_in_it_is_not(
    databricks: Recorder, code: str, retriable: bool
) -> None:
    status = {"state": "TERMINATED", "termination_details": {"code": code, "type": "CLIENT_ERROR"}}
    databricks.answers(SUBMIT, {"run_id": 7})
    databricks.answers(GET, run(7, "INTERNAL_ERROR", "FAILED", status=status))
    with pytest.raises(JobRunError) as caught:
        execute()
    assert caught.value.retriable is retriable


def ended(result: str, code: str) -> dict[str, Any]:
    details = {"code": code, "type": "CLIENT_ERROR"}
    return run(7, "TERMINATED", result, status={"state": "TERMINATED", "termination_details": details})


def test_a_run_that_took_too_long_is_tried_again_only_where_another_one_goes_on(
    databricks: Recorder,
) -> None:
    answer_sweep(databricks)
    databricks.answers(SUBMIT, {"run_id": 7})
    databricks.answers(GET, ended("TIMEDOUT", "CANCELED"))
    train = TrainOperator(
        task_id="train",
        existing_cluster_id="c1",
        code_folder="/f",
        arguments=["0"],
        experiment_page="p",
        **SWEEP_ARGUMENTS,
    )
    for task, retriable in ((operator(), False), (train, True)):
        with pytest.raises(JobRunError, match="raise job_timeout of the DAG") as caught:
            task.execute(context_of(TaskInstance("train")))
        assert caught.value.retriable is retriable


def test_a_cancelled_run_is_replaced_only_if_an_earlier_try_may_have_cancelled_it(
    databricks: Recorder,
) -> None:
    databricks.answers(SUBMIT, {"run_id": 7})
    for try_number, retriable in ((1, False), (2, True)):
        databricks.answers(GET, run(7, "RUNNING"), ended("CANCELED", "USER_CANCELED"))
        with pytest.raises(JobRunError, match="clear the task to have it run again") as caught:
            execute(try_number)
        assert caught.value.retriable is retriable


def test_a_failed_run_without_an_output_is_told_with_its_message(databricks: Recorder) -> None:
    databricks.answers(SUBMIT, {"run_id": 7})
    databricks.answers(GET, run(7, "INTERNAL_ERROR", "FAILED"))
    with pytest.raises(JobRunError, match=r"^job run 7 ended FAILED: the message\n\n"):
        execute()


@pytest.fixture
def stopping() -> Iterator[JobRunOperator]:
    """A task that gets a SIGTERM as Airflow's task runner gives it (3.3: `_on_term`)."""
    task = operator()
    before = signal.signal(signal.SIGTERM, lambda *_: task.on_kill())
    yield task
    signal.signal(signal.SIGTERM, before)


def stops_while_watched(
    databricks: Recorder, monkeypatch: pytest.MonkeyPatch, stop: Callable[[], None]
) -> None:
    """A workspace whose run never ends; `stop` is called while the run is watched."""
    databricks.answers(SUBMIT, {"run_id": 7})
    databricks.answers(GET, run(7, "RUNNING"))
    answer = databricks.reply_to
    stopped: list[Call] = []

    def answer_and_stop(call: Call) -> Reply:
        if len(databricks.bodies(GET)) == 2 and not stopped:
            stopped.append(call)
            stop()
        return answer(call)

    monkeypatch.setattr(databricks, "reply_to", answer_and_stop)


def killed(task: JobRunOperator, state: str | None) -> TaskStopped:
    instance = TaskInstance("train", 1, RETRIES)
    instance.state = state
    with pytest.raises(TaskStopped, match="stopped from outside") as caught:
        task.execute(context_of(instance))
    return caught.value


@pytest.mark.parametrize("state", ["failed", "success", "skipped", "restarting", None])
def test_a_task_that_is_marked_cleared_or_deleted_cancels_its_run(
    databricks: Recorder, stopping: JobRunOperator, monkeypatch: pytest.MonkeyPatch, state: str | None
) -> None:
    databricks.answers(CANCEL, {})
    stops_while_watched(databricks, monkeypatch, lambda: os.kill(os.getpid(), signal.SIGTERM))
    assert "job run 7 is cancelled" in str(killed(stopping, state))
    assert databricks.bodies(CANCEL) == [{"run_id": 7}]


@pytest.mark.parametrize("state", ["running", "queued", "scheduled", "up_for_retry"])
def test_a_task_that_another_try_goes_on_with_leaves_its_run_to_it(
    databricks: Recorder, stopping: JobRunOperator, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    stops_while_watched(databricks, monkeypatch, lambda: os.kill(os.getpid(), signal.SIGTERM))
    assert "job run 7 goes on" in str(killed(stopping, state))
    assert databricks.bodies(CANCEL) == []


def test_a_task_stopped_before_its_run_is_submitted_cancels_nothing(databricks: Recorder) -> None:
    with pytest.raises(TaskStopped, match="stopped from outside"):
        operator().on_kill()
    assert databricks.calls == []


def test_a_stopped_task_stops_though_its_run_cannot_be_cancelled(
    databricks: Recorder, stopping: JobRunOperator, monkeypatch: pytest.MonkeyPatch
) -> None:
    databricks.answers(CANCEL, Reply(403, {"error_code": "PERMISSION_DENIED", "message": "not yours"}))
    stops_while_watched(databricks, monkeypatch, lambda: os.kill(os.getpid(), signal.SIGTERM))
    assert "could not be cancelled: not yours" in str(killed(stopping, "failed"))


def test_a_task_that_takes_too_long_cancels_its_run_and_keeps_airflows_error(
    databricks: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    databricks.answers(CANCEL, {})
    stops_while_watched(databricks, monkeypatch, lambda: None)
    task = operator()

    def time_out() -> None:
        # As Airflow's task runner does.
        try:
            with timeout(1):  # type: ignore[no-untyped-call]
                task.execute(context_of(TaskInstance("train", 1, RETRIES)))
        except AirflowTaskTimeout:
            task.on_kill()
            raise

    with pytest.raises(AirflowTaskTimeout):
        time_out()
    assert databricks.bodies(CANCEL) == [{"run_id": 7}]


@pytest.mark.parametrize(
    "text",
    [
        "The Python process exited with exit code 137 (SIGKILL: Killed). This may be an OOM error.",
        "The Python process of the run ended by signal SIGKILL before its script did.",
    ],
)
def test_a_process_that_a_signal_killed_is_worth_another_try(databricks: Recorder, text: str) -> None:
    databricks.answers(SUBMIT, {"run_id": 7})
    databricks.answers(GET, ended("FAILED", "RUN_EXECUTION_ERROR"))
    databricks.answers(OUTPUT, {"error": text})
    with pytest.raises(JobRunError, match="SIGKILL") as caught:
        execute()
    assert caught.value.retriable


def test_a_retry_waits_for_a_run_that_is_just_ending_and_replaces_it_if_it_was_cancelled(
    databricks: Recorder,
) -> None:
    databricks.answers(SUBMIT, {"run_id": 7}, {"run_id": 8})
    databricks.answers(
        GET,
        run(7, "TERMINATING"),
        run(7, "TERMINATING"),
        run(7, "TERMINATED", "CANCELED"),
        run(8, "TERMINATED", "SUCCESS"),
    )
    assert execute(try_number=2)[0] == 8
    assert len(set(tokens(databricks))) == 2


def test_a_retry_takes_a_run_that_is_just_ending_in_success(databricks: Recorder) -> None:
    databricks.answers(SUBMIT, {"run_id": 7})
    databricks.answers(GET, run(7, "TERMINATING"), run(7, "TERMINATED", "SUCCESS"))
    assert execute(try_number=2)[0] == 7
    assert len(tokens(databricks)) == 1
