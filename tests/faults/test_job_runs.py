"""A job run is done once and its end is seen, whatever becomes of the requests and of the tries."""

import io
import os
import secrets
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from databricks.sdk.service.workspace import ImportFormat

from rookery.exceptions import JobRunError, TaskStopped
from rookery.operators.bases.job_run import JobRunOperator
from tests.fast.airflow.tasks import TaskInstance, context_of
from tests.faults.proxy import Answer, FaultProxy, SendOn, answers, is_missing, loses_its_answer
from tests.wire.running_workspace import RunningWorkspace
from tests.wire.spark_jobs import shared_cluster

matrix = pytest.mark.matrix

SUBMIT = r"POST /api/2\.\d/jobs/runs/submit"
GET = r"GET /api/2\.\d/jobs/runs/get"
CANCEL = r"POST /api/2\.\d/jobs/runs/cancel"


def operator(workspace: RunningWorkspace, source: str) -> JobRunOperator:
    """A task that runs a script of the test in place of the job code's."""
    folder = f"/Users/local.user@example.com/{secrets.token_hex(4)}"
    workspace.client.workspace.mkdirs(folder)
    workspace.client.workspace.upload(
        f"{folder}/run.py", io.BytesIO(source.encode()), format=ImportFormat.AUTO
    )
    return JobRunOperator(
        task_id="train",
        existing_cluster_id=shared_cluster(workspace),
        code_folder=f"/Workspace{folder}",
        entry="train",
        retries=2,
    )


def played() -> TaskInstance:
    return TaskInstance("train", max_tries=2, run_id=f"manual__{secrets.token_hex(4)}")


@pytest.mark.parametrize(
    "fault", [pytest.param(is_missing(), id="404"), pytest.param(answers(500), id="500", marks=matrix)]
)
def test_bad_reads_of_a_run_cost_no_try(proxy: FaultProxy, workspace: RunningWorkspace, fault: Any) -> None:
    proxy.plays(GET, fault, times=5)
    run_id = operator(workspace, "print(1)").execute(context_of(played()))
    assert len(proxy.asked(SUBMIT)) == 1
    assert workspace.client.jobs.get_run(run_id).state.result_state.value == "SUCCESS"  # type: ignore[union-attr]


@matrix
def test_a_submit_whose_answer_is_lost_is_one_run(proxy: FaultProxy, workspace: RunningWorkspace) -> None:
    before = len(list(workspace.client.jobs.list_runs()))
    proxy.plays(SUBMIT, loses_its_answer())
    operator(workspace, "print(1)").execute(context_of(played()))
    assert len(list(workspace.client.jobs.list_runs())) == before + 1


@pytest.mark.usefixtures("proxy")
def test_a_process_that_a_signal_killed_is_worth_another_try(workspace: RunningWorkspace) -> None:
    with pytest.raises(JobRunError, match="SIGKILL") as caught:
        operator(workspace, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)").execute(
            context_of(played())
        )
    assert caught.value.retriable


@pytest.fixture
def stopped_by(proxy: FaultProxy) -> Iterator[Any]:
    """Has a task get a SIGTERM, as from Airflow's task runner (3.3: `_on_term`), while it watches its run."""
    before = signal.getsignal(signal.SIGTERM)

    def kill(send_on: SendOn) -> Answer:
        os.kill(os.getpid(), signal.SIGTERM)
        return send_on()

    def stops(task: JobRunOperator) -> None:
        signal.signal(signal.SIGTERM, lambda *_: task.on_kill())
        proxy.plays(GET, kill, after=1)

    yield stops
    signal.signal(signal.SIGTERM, before)


@pytest.mark.parametrize(
    ("state", "cancelled"),
    [
        pytest.param("running", 0, id="superseded by a try that runs"),
        pytest.param("queued", 0, id="superseded by a try that will run", marks=matrix),
        pytest.param("up_for_retry", 0, id="to be tried again", marks=matrix),
        pytest.param("failed", 1, id="marked failed"),
        pytest.param("success", 1, id="marked success", marks=matrix),
        pytest.param("restarting", 1, id="cleared", marks=matrix),
        pytest.param(None, 1, id="deleted", marks=matrix),
    ],
)
def test_a_task_that_is_stopped_cancels_its_run_unless_another_try_goes_on_with_it(
    proxy: FaultProxy, workspace: RunningWorkspace, stopped_by: Any, state: str | None, cancelled: int
) -> None:
    task, instance = operator(workspace, "import time; time.sleep(3)"), played()
    stopped_by(task)
    instance.state = state
    with pytest.raises(TaskStopped):
        task.execute(context_of(instance))
    assert len(proxy.asked(CANCEL)) == cancelled
