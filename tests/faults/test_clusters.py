"""A cluster is asked for once, and none is left behind, whatever becomes of the requests."""

import secrets
import threading
from collections.abc import Iterator

import pytest
from databricks.sdk.service.compute import State

from rookery.exceptions import TaskStopped
from rookery.operators.cluster import (
    CreateClusterOperator,
    TerminateClusterOperator,
    WaitForClusterOperator,
)
from rookery.workspace.requests.polling import SYSTEM_CLOCK
from tests.fast.airflow.tasks import TaskInstance, context_of
from tests.faults.proxy import (
    Answer,
    FaultProxy,
    Held,
    SendOn,
    answers,
    is_empty,
    is_missing,
    is_reset,
    loses_its_answer,
)
from tests.played_clock import PlayedClock
from tests.wire.running_workspace import RunningWorkspace

CREATE = "POST /api/2.1/clusters/create"
LIST = "GET /api/2.1/clusters/list"
GET = "GET /api/2.1/clusters/get"
DELETE = "POST /api/2.1/clusters/delete"

matrix = pytest.mark.matrix

PLAN = {"compute": {"node_type_id": "Standard_DS3_v2", "spark_version": "19.x-cpu-ml-scala2.13"}}


@pytest.fixture
def run_id(workspace: RunningWorkspace) -> Iterator[str]:
    """A DAG run, whose clusters go with the test."""
    run_id = f"manual__{secrets.token_hex(4)}"
    yield run_id
    for cluster_id in live(workspace, run_id):
        workspace.client.clusters.delete(cluster_id)


def owner(run_id: str) -> str:
    return f"here/penguins/{run_id}"


def live(workspace: RunningWorkspace, run_id: str) -> list[str]:
    """The run's clusters that are neither gone nor going."""
    return [
        str(cluster.cluster_id)
        for cluster in workspace.client.clusters.list()
        if (cluster.custom_tags or {}).get("rookery_owner") == owner(run_id)
        and cluster.state not in (State.TERMINATING, State.TERMINATED)
    ]


def create(run_id: str, task: TaskInstance | None = None) -> str:
    operator = CreateClusterOperator(
        task_id="create_cluster",
        cluster_name=f"rookery {run_id}",
        owner_tag=owner(run_id),
        user_name="local.user@example.com",
        plan=PLAN,
    )
    operator.clock = PlayedClock()
    return operator.execute(context_of(task or TaskInstance("create_cluster", run_id=run_id)))


def terminate(run_id: str, created: str | None, clock: PlayedClock | None = None) -> None:
    task = TaskInstance("terminate_cluster", run_id=run_id)
    task.left = {("create_cluster", "asked"): 1, ("create_cluster", "return_value"): created}
    operator = TerminateClusterOperator(
        task_id="terminate_cluster", cluster_name=f"rookery {run_id}", owner_tag=owner(run_id)
    )
    operator.clock = clock or SYSTEM_CLOCK
    operator.execute(context_of(task))


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(loses_its_answer(), id="answer lost"),
        pytest.param(is_reset(), id="request lost", marks=matrix),
        pytest.param(answers(429, retry_after="1"), id="429", marks=matrix),
        pytest.param(answers(503, retry_after="1"), id="503", marks=matrix),
        pytest.param(answers(500), id="500", marks=matrix),
    ],
)
def test_a_fault_of_the_create_costs_neither_a_try_nor_a_second_cluster(
    proxy: FaultProxy, workspace: RunningWorkspace, run_id: str, fault: object
) -> None:
    proxy.plays(CREATE, fault)  # type: ignore[arg-type]
    cluster_id = create(run_id)
    assert live(workspace, run_id) == [cluster_id]


@matrix
@pytest.mark.parametrize(
    "fault", [pytest.param(is_missing(), id="404"), pytest.param(answers(500), id="500")]
)
def test_bad_reads_while_the_cluster_is_waited_for_cost_no_try(
    proxy: FaultProxy, run_id: str, fault: object
) -> None:
    cluster_id = create(run_id)
    proxy.plays(GET, fault, times=4)  # type: ignore[arg-type]
    operator = WaitForClusterOperator(task_id="wait_for_cluster", cluster_id=cluster_id)
    operator.execute(context_of(TaskInstance("wait_for_cluster", run_id=run_id)))
    assert len(proxy.asked(GET)) > 4


def test_empty_lists_do_not_hide_a_cluster_whose_id_is_known(
    proxy: FaultProxy, workspace: RunningWorkspace, run_id: str
) -> None:
    cluster_id = create(run_id)
    proxy.plays(LIST, is_empty(), times=100)
    terminate(run_id, cluster_id)
    assert workspace.client.clusters.get(cluster_id).state == State.TERMINATED


@matrix
def test_one_empty_list_is_not_the_end_of_a_cluster_whose_create_did_not_tell_its_id(
    proxy: FaultProxy, workspace: RunningWorkspace, run_id: str
) -> None:
    cluster_id, clock = create(run_id), PlayedClock()
    proxy.plays(LIST, is_empty())
    terminate(run_id, None, clock)
    assert workspace.client.clusters.get(cluster_id).state == State.TERMINATED


def test_a_cluster_that_comes_after_its_teardown_has_begun_is_ended(
    proxy: FaultProxy, workspace: RunningWorkspace, run_id: str
) -> None:
    request, clock = Held(), PlayedClock()
    proxy.plays(CREATE, request)
    asking = threading.Thread(target=create, args=(run_id,))
    asking.start()
    assert request.arrived.wait(60)
    clock.at(60, request.release)
    terminate(run_id, None, clock)
    asking.join()
    assert live(workspace, run_id) == []


@pytest.mark.parametrize(
    "state", ["failed", *(pytest.param(each, marks=matrix) for each in ("success", None))]
)
def test_a_create_that_is_marked_while_it_asks_ends_what_it_made(
    proxy: FaultProxy, workspace: RunningWorkspace, run_id: str, state: str | None
) -> None:
    task = TaskInstance("create_cluster", run_id=run_id)

    def mark_when_done(send_on: SendOn) -> Answer:
        answer = send_on()
        task.state = state
        return answer

    proxy.plays(CREATE, mark_when_done)
    with pytest.raises(TaskStopped):
        create(run_id, task)
    assert (len(proxy.asked(CREATE)), live(workspace, run_id)) == (1, [])


@matrix
def test_a_create_that_is_marked_while_it_waits_to_ask_again_asks_no_more(
    proxy: FaultProxy, workspace: RunningWorkspace, run_id: str
) -> None:
    task = TaskInstance("create_cluster", run_id=run_id)

    def refuse_and_mark(send_on: SendOn) -> Answer:
        task.state = "failed"
        return answers(429, retry_after="3")(send_on)

    proxy.plays(CREATE, refuse_and_mark)
    with pytest.raises(TaskStopped):
        create(run_id, task)
    assert (len(proxy.asked(CREATE)), live(workspace, run_id)) == (1, [])


@matrix
@pytest.mark.parametrize(
    "fault", [pytest.param(answers(500), id="500"), pytest.param(loses_its_answer(), id="answer lost")]
)
def test_a_fault_of_the_delete_costs_no_try(
    proxy: FaultProxy, workspace: RunningWorkspace, run_id: str, fault: object
) -> None:
    cluster_id = create(run_id)
    proxy.plays(DELETE, fault)  # type: ignore[arg-type]
    terminate(run_id, cluster_id)
    assert workspace.client.clusters.get(cluster_id).state == State.TERMINATED
