"""A job run is submitted once per intent, watched to its end, and its failure is told in its own words."""

from typing import Any

import pytest

from rookery.exceptions import JobRunError
from rookery.job_runs import Intent, Try
from rookery.operators.job_run import JobRunOperator
from tests.fast.airflow.conftest import Recorder, TaskInstance, context_of

SUBMIT = "POST /api/2.2/jobs/runs/submit"
GET = "GET /api/2.2/jobs/runs/get"
OUTPUT = "GET /api/2.2/jobs/runs/get-output"
CANCEL = "POST /api/2.2/jobs/runs/cancel"

RETRIES = 2


def run(run_id: int, life_cycle: str, result: str | None = None, **fields: Any) -> dict[str, Any]:
    state = {"life_cycle_state": life_cycle, "state_message": "the message"}
    state |= {"result_state": result} if result else {}
    task = {"run_id": run_id + 1000, "task_key": "train", "state": state}
    return {"run_id": run_id, "state": state, "tasks": [task], "run_page_url": f"http://w/{run_id}", **fields}


def operator() -> JobRunOperator:
    return JobRunOperator(
        task_id="train",
        existing_cluster_id="c1",
        code_folder="/Workspace/Users/me/rookery/code/abc",
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
                    "python_file": "/Workspace/Users/me/rookery/code/abc/run.py",
                    "parameters": [
                        "/Workspace/Users/me/rookery/code/abc",
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
    assert "job run 7 ended FAILED: the message" in text
    assert "GridError: point 3 failed" in text
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
    ("code", "retriable"), [("DRIVER_ERROR", True), ("CLOUD_FAILURE", True), ("RUN_EXECUTION_ERROR", False)]
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


def test_a_killed_task_cancels_its_run(databricks: Recorder) -> None:
    databricks.answers(SUBMIT, {"run_id": 7})
    databricks.answers(GET, run(7, "TERMINATED", "SUCCESS"))
    databricks.answers(CANCEL, {})
    task = operator()
    task.on_kill()
    assert databricks.bodies(CANCEL) == []
    task.execute(context_of(TaskInstance("train", 1, RETRIES)))
    task.on_kill()
    assert databricks.bodies(CANCEL) == [{"run_id": 7}]
