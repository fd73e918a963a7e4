"""The registered version is learnt from the winner's MLflow run, and told to other DAGs by an asset event."""

from datetime import UTC, datetime
from typing import Any

import pytest
from airflow.sdk.execution_time.context import OutletEventAccessors
from structlog.testing import capture_logs

from rookery import Endpoint, TrainingPlan, model_asset
from rookery.exceptions import JobRunError
from rookery.operators.model import RegisterModelOperator
from rookery.workspace.points import BestPoint
from rookery_jobs.contract import RegistrationSpec, registration_key
from rookery_jobs.grid import in_words
from tests.fast.airflow.job_runs import GET, SUBMIT, run
from tests.fast.airflow.sweeps import SWEEP
from tests.fast.airflow.tasks import DagRun, TaskInstance
from tests.plans import PLAN
from tests.recorder import Recorder

BEST = BestPoint("winner", "p5", "LogisticRegression", {"maxIter": 5}, {"accuracy": 0.9}).to_xcom()
MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
KEY = registration_key(
    dag_id="here/penguins", dag_run_id="manual__1", sweep_id=SWEEP.sweep_id, mlflow_run_id="winner"
)


@pytest.fixture
def workspace(databricks: Recorder) -> Recorder:
    """A workspace whose job run has registered the winner as version 3."""
    databricks.files["/points.json"] = SWEEP.to_json().encode()
    databricks.answers(SUBMIT, {"run_id": 7})
    databricks.answers(GET, run(7, "TERMINATED", "SUCCESS"))
    metrics = [
        {"key": name, "value": 0.9, "timestamp": 1, "step": 0} for name in ("accuracy", "test_accuracy")
    ]
    tags = [{"key": f"rookery_model_version_{KEY}", "value": "3"}]
    databricks.answers("GET /api/2.0/mlflow/runs/get", {"run": {"data": {"metrics": metrics, "tags": tags}}})
    return databricks


def written(workspace: Recorder) -> RegistrationSpec:
    (content,) = [each for path, each in workspace.files.items() if "/register-" in path]
    return RegistrationSpec.from_json(content.decode())


def register(
    workspace: Recorder,
    deploy: bool = True,
    installation: str = "here",
    plan: TrainingPlan = PLAN,
    **facts: Any,
) -> tuple[dict[str, Any], OutletEventAccessors]:
    assert "/points.json" in workspace.files
    events = OutletEventAccessors()
    operator = RegisterModelOperator(
        task_id="register_model",
        installation=installation,
        plan={**plan.model_dump(mode="json"), "deploy": deploy},
        points_path="dbfs:/points.json",
        best=BEST,
        existing_cluster_id="c1",
        code_folder="/Workspace/code",
    )
    context: Any = {
        "ti": TaskInstance("register_model"),
        "dag_run": DagRun(**facts),
        "outlet_events": events,
    }
    return operator.execute(context), events


def test_the_assets_event_says_which_version_of_which_run_and_how_good_it_is(workspace: Recorder) -> None:
    returned, events = register(workspace)
    assert returned["version"] == "3"
    assert events[model_asset("Penguin Predictor")].extra == {
        "registered_model_name": "Penguin Predictor",
        "version": "3",
        "mlflow_run_id": "winner",
        "metrics": {"test_accuracy": 0.9},
        "dag_id": "penguins",
        "dag_run_id": "manual__1",
        "generation": 1,
        "backfill": False,
    }


def test_the_metrics_and_the_gates_verdict_are_logged(workspace: Recorder) -> None:
    with capture_logs() as lines:
        register(workspace)
    told = [line["event"] for line in lines]
    assert "Version 3 of Penguin Predictor: test_accuracy 0.9" in told
    assert "Gate passed: accuracy is 0.9, at least 0.9" in told


@pytest.mark.parametrize(
    ("run_type", "deploy", "told"),
    [("backfill", False, True), ("backfill", True, False), ("scheduled", False, False)],
)
def test_the_event_says_if_it_is_a_backfills_that_does_not_deploy(
    workspace: Recorder, run_type: str, deploy: bool, told: bool
) -> None:
    _, events = register(workspace, deploy=deploy, run_type=run_type, clear_number=2)
    extra = events[model_asset("Penguin Predictor")].extra
    assert (extra["backfill"], extra["generation"]) == (told, 3)


def test_another_generation_asks_for_the_same_registration(workspace: Recorder) -> None:
    register(workspace, clear_number=0)
    first = written(workspace)
    register(workspace, clear_number=1)
    second = written(workspace)
    assert (first.origin.generation, second.origin.generation) == (1, 2)
    assert first.registration_key == second.registration_key == KEY


@pytest.mark.parametrize("deploy", [True, False])
def test_the_plans_request_is_asked_only_if_the_run_deploys(workspace: Recorder, deploy: bool) -> None:
    record = {"Island": "Biscoe", "BodyMass": 4450}
    asked = PLAN.model_copy(update={"endpoint": Endpoint(name="p", dataframe_records=(record,))})
    register(workspace, deploy=deploy, plan=asked, data_interval_start=MONDAY, data_interval_end=MONDAY)
    spec = written(workspace)
    assert spec.dataframe_records == ((record,) if deploy else ())
    assert spec.grid == in_words(SWEEP.points)
    assert spec.origin.data_interval_end == "2026-01-05T00:00:00+00:00"


def test_two_airflows_that_share_an_experiment_register_its_winner_each(workspace: Recorder) -> None:
    with pytest.raises(JobRunError, match="no version was registered"):
        register(workspace, installation="staging")


def test_without_a_version_there_is_no_event(workspace: Recorder) -> None:
    workspace.answers("GET /api/2.0/mlflow/runs/get", {"run": {"data": {"tags": []}}})
    with pytest.raises(JobRunError, match="no version was registered"):
        register(workspace)
