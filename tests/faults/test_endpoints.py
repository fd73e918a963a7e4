"""An endpoint is made once and deleted for certain, whatever becomes of the requests."""

import logging
import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from rookery.operators.endpoint import (
    CreateEndpointOperator,
    DeleteEndpointOperator,
    WaitForEndpointOperator,
)
from rookery.plan.training import TrainingPlan
from rookery.workspace.registered_models import RegisteredVersion
from tests.fast.airflow.tasks import TaskInstance, context_of
from tests.faults.proxy import FaultProxy, answers, is_missing, is_reset, loses_its_answer
from tests.plans import PLAN
from tests.played_clock import PlayedClock
from tests.wire.multiplier import register_multiplier
from tests.wire.running_workspace import RunningWorkspace

CREATE = "POST /api/2.0/serving-endpoints"
ONE = r"/api/2\.0/serving-endpoints/[^/]+"
MODEL = "Multiplier Behind Faults"

matrix = pytest.mark.matrix


def handed_on(version: str) -> dict[str, Any]:
    return RegisteredVersion(MODEL, version, "run-1", {}).to_xcom()


@pytest.fixture(scope="module")
def model(workspace: RunningWorkspace) -> dict[str, Any]:
    """What `register_model` hands on."""
    return handed_on(register_multiplier(workspace, MODEL, "2"))


@pytest.fixture
def name(workspace: RunningWorkspace) -> Iterator[str]:
    """The name of an endpoint that goes with the test."""
    name = f"predict-{secrets.token_hex(4)}"
    yield name
    workspace.call("DELETE", f"/api/2.0/serving-endpoints/{name}")


def plan(name: str) -> dict[str, Any]:
    endpoint = {**PLAN.endpoint.model_dump(), "name": name}
    changed = {**PLAN.model_dump(), "endpoint": endpoint, "keep_endpoint": False}
    return TrainingPlan.model_validate(changed).model_dump(mode="json")


def task(task_id: str, model: dict[str, Any], run_id: str = "manual__1") -> TaskInstance:
    """A task of a run that has registered the model."""
    instance = TaskInstance(task_id, run_id=run_id)
    instance.left = {("register_model", "return_value"): model}
    return instance


def create(name: str, model: dict[str, Any], run_id: str = "manual__1") -> None:
    operator = CreateEndpointOperator(
        task_id="create_endpoint",
        plan=plan(name),
        installation="here",
        owner_tag=f"here/penguins/{run_id}",
    )
    operator.clock = PlayedClock()
    operator.execute(context_of(task("create_endpoint", model, run_id)))


def wait(name: str, model: dict[str, Any]) -> None:
    operator = WaitForEndpointOperator(task_id="wait_for_endpoint", plan=plan(name))
    operator.execute(context_of(task("wait_for_endpoint", model)))


def delete(name: str, created: str | None) -> None:
    instance = TaskInstance("delete_endpoint")
    instance.left = {("create_endpoint", "asked"): 1, ("create_endpoint", "return_value"): created}
    operator = DeleteEndpointOperator(
        task_id="delete_endpoint", plan=plan(name), owner_tag="here/penguins/manual__1"
    )
    operator.clock = PlayedClock()
    operator.execute(context_of(instance))


def names(workspace: RunningWorkspace) -> list[str]:
    return [str(each.name) for each in workspace.client.serving_endpoints.list()]


FAULTS = [
    pytest.param(loses_its_answer(), id="answer lost"),
    pytest.param(is_reset(), id="request lost", marks=matrix),
    pytest.param(answers(503, retry_after="1"), id="503", marks=matrix),
    pytest.param(answers(500), id="500", marks=matrix),
]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_create_costs_no_try(
    proxy: FaultProxy, workspace: RunningWorkspace, model: dict[str, Any], name: str, fault: Any
) -> None:
    proxy.plays(CREATE, fault)
    create(name, model)
    assert names(workspace).count(name) == 1


@matrix
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_update_costs_no_try(
    proxy: FaultProxy, workspace: RunningWorkspace, model: dict[str, Any], name: str, fault: Any
) -> None:
    create(name, model)
    wait(name, model)
    newer = handed_on(register_multiplier(workspace, MODEL, "3"))
    proxy.plays(f"PUT {ONE}/config", fault)
    create(name, newer)
    wait(name, newer)


@matrix
@pytest.mark.parametrize(
    "fault", [pytest.param(is_missing(), id="404"), pytest.param(answers(500), id="500")]
)
def test_bad_reads_while_the_endpoint_is_waited_for_cost_no_try(
    proxy: FaultProxy, model: dict[str, Any], name: str, fault: Any
) -> None:
    create(name, model)
    proxy.plays(f"GET {ONE}", fault, times=4)
    wait(name, model)


def test_one_404_is_not_the_end_of_an_endpoint(
    proxy: FaultProxy, workspace: RunningWorkspace, model: dict[str, Any], name: str
) -> None:
    create(name, model)
    proxy.plays(f"GET {ONE}", is_missing())
    delete(name, name)
    assert name not in names(workspace)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_delete_costs_no_try_and_the_log_says_what_was_deleted(
    proxy: FaultProxy,
    workspace: RunningWorkspace,
    model: dict[str, Any],
    name: str,
    fault: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    create(name, model)
    proxy.plays(f"DELETE {ONE}", fault)
    with caplog.at_level(logging.INFO):
        delete(name, name)
    assert f"The endpoint {name} is deleted" in caplog.messages
    assert name not in names(workspace)
