"""What runs that are over have left is ended at the start of the next run, and nothing else."""

import logging
import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from databricks.sdk.service.compute import State
from databricks.sdk.service.serving import EndpointTag

from rookery.operators.plan import ResolvePlanOperator
from tests.fast.airflow.tasks import TaskInstance, context_of
from tests.faults.proxy import FaultProxy, answers
from tests.plans import PLAN
from tests.wire.multiplier import register_multiplier
from tests.wire.running_workspace import RunningWorkspace
from tests.wire.serving_requests import config, entity
from tests.wire.spark_jobs import SINGLE_NODE

LISTS = r"GET /api/2\.\d/(clusters/list|serving-endpoints)"
MODEL = "Multiplier Left Behind"
OVER, LIVE = "manual__over", "manual__live"
LEASE = {"rookery_expires_at": "2026-01-01T00:00:00+00:00"}

matrix = pytest.mark.matrix
pytestmark = pytest.mark.usefixtures("proxy")


def start_of_a_run() -> None:
    """The first task of a run, while the run `LIVE` goes on."""
    task = TaskInstance("resolve_plan")
    task.live_runs |= {("penguins", LIVE)}
    operator = ResolvePlanOperator(task_id="resolve_plan", plan=PLAN, points_per_task=2)
    operator.execute(context_of(task))
    assert task.pushed["cluster_name"]


@pytest.fixture
def clusters(workspace: RunningWorkspace) -> Iterator[list[str]]:
    """The ids of a test's clusters, which go with it."""
    created: list[str] = []
    yield created
    for cluster_id in created:
        workspace.client.clusters.delete(cluster_id)


def cluster(workspace: RunningWorkspace, tags: dict[str, str]) -> str:
    body: dict[str, Any] = {**SINGLE_NODE, "custom_tags": tags, "cluster_name": secrets.token_hex(4)}
    return str(workspace.call("POST", "/api/2.1/clusters/create", body).json()["cluster_id"])


def is_ended(workspace: RunningWorkspace, cluster_id: str) -> bool:
    return workspace.client.clusters.get(cluster_id).state in (State.TERMINATING, State.TERMINATED)


def owned(run_id: str, installation: str = "here") -> dict[str, str]:
    return {"rookery_owner": f"{installation}/penguins/{run_id}"}


@pytest.mark.parametrize(
    ("tags", "ended"),
    [
        pytest.param(owned(OVER) | LEASE, True, id="of a run that is over"),
        pytest.param(owned(LIVE) | LEASE, False, id="of a run that lives, though its lease is over"),
        pytest.param(owned(OVER, "elsewhere") | LEASE, False, id="of another installation", marks=matrix),
        pytest.param(owned(OVER), False, id="without a lease", marks=matrix),
        pytest.param(LEASE, False, id="of nobody", marks=matrix),
        pytest.param({"rookery_owner": "somebody"} | LEASE, False, id="of somebody else", marks=matrix),
    ],
)
def test_a_cluster_is_ended_only_if_a_run_of_ours_that_is_over_has_left_it(
    workspace: RunningWorkspace, clusters: list[str], tags: dict[str, str], ended: bool
) -> None:
    clusters.append(cluster(workspace, tags))
    start_of_a_run()
    assert is_ended(workspace, clusters[0]) is ended


@pytest.mark.parametrize(
    ("tags", "ended"),
    [
        pytest.param(owned(OVER) | LEASE, True, id="of a run that is over"),
        pytest.param(owned(OVER), False, id="that is kept", marks=matrix),
        pytest.param(owned(LIVE) | LEASE, False, id="of a run that lives", marks=matrix),
    ],
)
def test_an_endpoint_is_ended_only_if_it_was_for_a_run_that_is_over(
    workspace: RunningWorkspace, tags: dict[str, str], ended: bool
) -> None:
    name = f"left-{secrets.token_hex(4)}"
    version = register_multiplier(workspace, MODEL, "2")
    workspace.client.serving_endpoints.create_and_wait(
        name,
        config=config(entity(version, model=MODEL)),
        tags=[EndpointTag(key, value) for key, value in tags.items()],
    )
    start_of_a_run()
    names = [each.name for each in workspace.client.serving_endpoints.list()]
    assert (name not in names) is ended
    workspace.call("DELETE", f"/api/2.0/serving-endpoints/{name}")


@matrix
@pytest.mark.parametrize(
    "fault", [pytest.param(answers(403), id="403"), pytest.param(answers(500), id="500")]
)
def test_a_run_goes_on_with_a_warning_if_it_cannot_see_what_was_left(
    proxy: FaultProxy, caplog: pytest.LogCaptureFixture, fault: Any
) -> None:
    proxy.plays(LISTS, fault, times=100)
    with caplog.at_level(logging.WARNING):
        start_of_a_run()
    assert sum("could not all be ended" in message for message in caplog.messages) == 2
