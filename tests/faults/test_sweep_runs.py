"""A sweep has one MLflow run, whatever becomes of the request that creates it."""

import secrets
from dataclasses import replace

import pytest
from databricks.sdk import WorkspaceClient

from rookery.hooks.databricks import workspace_client
from rookery.workspace.sweeps import parent
from tests.fast.airflow.sweeps import SWEEP
from tests.faults.proxy import FaultProxy, answers, is_reset, loses_its_answer

CREATE = r"POST /api/2\.0/mlflow/runs/create"
OWNER = "here/penguins/manual__1"

matrix = pytest.mark.matrix


@pytest.fixture
def client(proxy: FaultProxy) -> WorkspaceClient:  # noqa: ARG001 - the connection leads to it
    return workspace_client("databricks_default")


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(loses_its_answer(), id="answer lost"),
        pytest.param(is_reset(), id="request lost", marks=matrix),
        pytest.param(answers(503, retry_after="1"), id="503", marks=matrix),
    ],
)
def test_a_fault_while_a_sweeps_run_is_created_makes_no_second_one(
    proxy: FaultProxy, client: WorkspaceClient, fault: object
) -> None:
    experiment_id = client.experiments.create_experiment(f"/Shared/{secrets.token_hex(4)}").experiment_id
    sweep = replace(SWEEP, experiment_id=str(experiment_id))
    proxy.plays(CREATE, fault)  # type: ignore[arg-type]
    created = parent.create(client, sweep, OWNER, {"mlflow.user": "me@example.com"})
    (run,) = client.experiments.search_runs(experiment_ids=[str(experiment_id)])
    assert run.info is not None
    assert (created, parent.find(client, sweep, OWNER)) == (run.info.run_id, run.info.run_id)
