"""The registered version is learnt from the winner's MLflow run, with what was decided about it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from structlog.testing import capture_logs

from rookery import Endpoint, TrainingPlan
from rookery.exceptions import JobRunError
from rookery.operators.model import RegisterModelOperator
from rookery.workspace.points import BestPoint
from rookery_jobs.contract import Decision, RegistrationSpec, decision_path, registration_key
from rookery_jobs.grid import in_words
from tests.fast.airflow.job_runs import GET, SUBMIT, run
from tests.fast.airflow.sweeps import SWEEP
from tests.fast.airflow.tasks import DagRun, TaskInstance
from tests.plans import PLAN
from tests.recorder import Recorder

BEST = BestPoint("winner", "p5", "LogisticRegression", {"maxIter": 5}, {"accuracy": 0.9}).to_xcom()
MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
REGISTRY = "/api/2.0/mlflow"
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
    for what in ("registered-models", "model-versions"):
        databricks.answers(f"POST {REGISTRY}/{what}/set-tag", {})
    return databricks


def written(workspace: Recorder) -> RegistrationSpec:
    (content,) = [
        each for path, each in workspace.files.items() if "/register-" in path and "decision" not in path
    ]
    return RegistrationSpec.from_json(content.decode())


def register(
    workspace: Recorder,
    deploy: bool = True,
    installation: str = "here",
    plan: TrainingPlan = PLAN,
    **facts: Any,
) -> TaskInstance:
    assert "/points.json" in workspace.files
    operator = RegisterModelOperator(
        task_id="register_model",
        installation=installation,
        plan={**plan.model_dump(mode="json"), "deploy": deploy},
        points_path="dbfs:/points.json",
        best=BEST,
        existing_cluster_id="c1",
        code_folder="/Workspace/code",
    )
    instance = TaskInstance("register_model")
    context: Any = {"ti": instance, "dag_run": DagRun(**facts)}
    instance.xcom_push("return_value", operator.execute(context))
    return instance


def test_the_version_is_handed_on_and_marked_as_the_challenger(workspace: Recorder) -> None:
    assert register(workspace).pushed["return_value"]["version"] == "3"
    models = workspace.bodies(f"POST {REGISTRY}/registered-models/set-tag")
    assert [(body["key"], body["value"]) for body in models] == [("rookery_challenger", "3")]
    versions = workspace.bodies(f"POST {REGISTRY}/model-versions/set-tag")
    assert [(body["version"], body["key"], body["value"]) for body in versions] == [
        ("3", "rookery_role", "challenger")
    ]


def test_what_the_job_run_has_decided_is_handed_on_in_words(workspace: Recorder) -> None:
    lost = Decision(False, "2", "", "accuracy", 0.9, 0.95, -0.1, 0.0, 0.95)
    register(workspace)
    (spec_path,) = [path for path in workspace.files if "/register-" in path]
    workspace.files[decision_path(spec_path)] = lost.to_json().encode()
    with capture_logs() as lines:
        instance = register(workspace)
    assert Decision.from_json(json.dumps(instance.pushed["decision"])) == lost
    assert f"Version 3: {lost.words}" in [line["event"] for line in lines]


@pytest.mark.parametrize(("deploy", "champion"), [(True, "2"), (False, "")])
def test_a_run_that_deploys_compares_with_the_version_that_is_marked_as_champion(
    workspace: Recorder, deploy: bool, champion: str
) -> None:
    model = {"registered_model_databricks": {"tags": [{"key": "rookery_champion", "value": "2"}]}}
    workspace.answers(f"GET {REGISTRY}/databricks/registered-models/get", model)
    workspace.answers(f"GET {REGISTRY}/model-versions/get", {"model_version": {"version": "2"}})
    register(workspace, deploy=deploy)
    assert written(workspace).judge.champion == champion


def test_the_metrics_and_the_gates_verdict_are_logged(workspace: Recorder) -> None:
    with capture_logs() as lines:
        register(workspace)
    told = [line["event"] for line in lines]
    assert "Version 3 of Penguin Predictor: test_accuracy 0.9" in told
    assert "Gate passed: accuracy is 0.9, at least 0.9" in told


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
