"""The real DAG on the real scheduler: marked, deleted and killed at the worst moment, it leaves nothing
behind and says how it ended."""

import shutil
import signal
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from local_stack.environments import PROJECT
from local_stack.services.airflow_services import airflow_services
from local_stack.services.workspace import Workspace, local_workspace
from tests.end_to_end.csv_server import CsvServer
from tests.end_to_end.stack import Stack
from tests.end_to_end.work import versions
from tests.faults.dag_faults import DAG, ENDPOINT, FaultyStack
from tests.faults.proxy import Held, answers, fault_proxy

pytestmark = pytest.mark.matrix

WHO_AM_I = "GET /api/2.0/preview/scim/v2/Me"
CREATE_CLUSTER = "POST /api/2.1/clusters/create"
LIST_CLUSTERS = "GET /api/2.1/clusters/list"
CREATE_ENDPOINT = "POST /api/2.0/serving-endpoints"
SUBMIT = "POST /api/2.2/jobs/runs/submit"
GET_RUN = "GET /api/2.2/jobs/runs/get"
CANCEL = "POST /api/2.2/jobs/runs/cancel"
GET_ENDPOINT = f"GET /api/2.0/serving-endpoints/{ENDPOINT}"


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultyStack]:
    """A workspace, the proxy before it, and Airflow with the DAG of the end-to-end tests."""
    folder = tmp_path_factory.mktemp("stack")
    dags = folder / "dags"
    shutil.copytree(PROJECT / "tests" / "end_to_end" / "dags", dags)
    with ExitStack() as services:
        starting = services.enter_context(local_workspace(folder / "workspace", folder / "workspace.log"))
        ready = starting.ready()
        proxy = services.enter_context(fault_proxy(ready.url))
        behind = Workspace(proxy.url, ready.token, ready.token_file)
        airflow = services.enter_context(
            airflow_services(folder / "airflow", lambda: behind.airflow_connection, dags, schedules=True)
        )
        csv_server = services.enter_context(CsvServer())
        url = csv_server.serve("penguins.csv", (PROJECT / "data" / "penguins.csv").read_text())
        yield FaultyStack(Stack(ready.client(), airflow.api(), airflow.home), proxy, url)


@pytest.fixture
def faulty(started: FaultyStack) -> Iterator[FaultyStack]:
    """The stack, with a proxy that plays nothing yet."""
    yield started
    started.proxy.forgets()


@pytest.mark.parametrize("state", ["failed", "success"])
def test_a_mark_that_races_a_create_leaves_no_cluster(faulty: FaultyStack, state: str) -> None:
    create = Held()
    faulty.proxy.plays(CREATE_CLUSTER, create)
    run = faulty.start()
    assert create.arrived.wait(240)
    looked = len(faulty.proxy.asked(LIST_CLUSTERS))
    faulty.mark(run, state)
    faulty.await_requests(LIST_CLUSTERS, looked + 1)  # by terminate_cluster, which finds nothing
    create.release()
    ended = faulty.stack.followed(run)
    assert (ended.state, faulty.stack.live_clusters(DAG)) == ("failed", [])


def test_a_mark_while_a_create_waits_to_ask_again_leaves_no_cluster(faulty: FaultyStack) -> None:
    faulty.proxy.plays(CREATE_CLUSTER, answers(429, retry_after="3"))
    run = faulty.start()
    faulty.await_requests(CREATE_CLUSTER)
    faulty.mark(run, "failed")
    ended = faulty.stack.followed(run)
    assert (ended.state, faulty.stack.live_clusters(DAG)) == ("failed", [])


def test_a_mark_during_the_first_look_for_an_endpoint_leaves_none(faulty: FaultyStack) -> None:
    run = faulty.start()
    faulty.await_task(run, "create_cluster", "running", "success")
    look = Held()  # resolve_plan has looked before
    faulty.proxy.plays(GET_ENDPOINT, look)
    assert look.arrived.wait(300)
    faulty.mark(run, "failed")
    faulty.await_task(run, "delete_endpoint", "running", "success", "skipped", "failed")
    look.release()
    ended = faulty.stack.followed(run)
    assert (ended.state, ENDPOINT in faulty.endpoints()) == ("failed", False)


def test_what_a_deleted_run_left_is_ended_by_the_next_one(faulty: FaultyStack) -> None:
    run = faulty.start()
    faulty.await_task(run, "create_cluster", "success")
    faulty.delete(run)
    assert len(faulty.stack.live_clusters(DAG)) == 1
    faulty.stack.followed(faulty.start(source_url=f"{faulty.source_url}.missing"))
    assert faulty.stack.live_clusters(DAG) == []


def test_a_run_marked_while_its_deployment_waits_for_another_try_is_no_success(faulty: FaultyStack) -> None:
    faulty.proxy.plays(CREATE_ENDPOINT, answers(500), times=1000)
    run = faulty.start()
    faulty.await_task(run, "create_endpoint", "up_for_retry", seconds=480)
    faulty.mark(run, "failed")
    ended = faulty.stack.followed(run)
    assert ended.state == "failed"
    assert "promote" in ended.last_line_of("verdict")


@pytest.mark.parametrize("state", ["failed", "success"])
def test_a_run_marked_before_its_first_task_is_done_is_no_success(faulty: FaultyStack, state: str) -> None:
    faulty.proxy.plays(WHO_AM_I, answers(500), times=1000)
    run = faulty.start()
    faulty.await_task(run, "resolve_plan", "up_for_retry")
    faulty.mark(run, state)
    ended = faulty.stack.followed(run)
    assert ended.state == "failed"
    assert "register_model" in ended.last_line_of("verdict")


def test_a_run_marked_a_success_before_it_has_registered_is_none(faulty: FaultyStack) -> None:
    before = versions(faulty.stack.workspace, "Penguins Over HTTP")
    run = faulty.start()
    faulty.await_task(run, "register_model", "running", seconds=300)
    faulty.mark(run, "success")
    ended = faulty.stack.followed(run)
    assert ended.state == "failed"
    assert "register_model" in ended.last_line_of("verdict")
    assert versions(faulty.stack.workspace, "Penguins Over HTTP") == before


def test_a_verdict_that_is_killed_is_given_again(faulty: FaultyStack) -> None:
    run = faulty.start()
    faulty.await_task(run, "verdict", "running", "queued", seconds=480)
    faulty.kill_task(run, "verdict", signal.SIGKILL)
    ended = faulty.stack.followed(run)
    assert ended.state == "success"


def test_a_try_that_airflow_has_lost_sight_of_leaves_its_job_run_to_the_next_one(faulty: FaultyStack) -> None:
    run = faulty.start(deploy=False)
    faulty.proxy.plays(GET_RUN, Held(), after=1)  # the first try does not see its run's end
    faulty.await_requests(SUBMIT)
    faulty.lose_sight(run, "prepare_data")
    ended = faulty.stack.followed(run)
    assert (ended.state, faulty.proxy.asked(CANCEL)) == ("success", [])
    first, second = faulty.proxy.asked(SUBMIT)[:2]
    assert first.json["idempotency_token"] == second.json["idempotency_token"]
