"""The experiment of a DAG is found or made, and one that was deleted says how to go on."""

from typing import Any

import pytest

from rookery.exceptions import PlanError
from rookery.operators.experiment import CreateExperimentOperator
from tests.fast.airflow.tasks import TaskInstance, context_of
from tests.recorder import Recorder, Reply

PATH = "/Users/me@example.com/rookery/penguins"
FIND = "GET /api/2.0/mlflow/experiments/get-by-name"
CREATE = "POST /api/2.0/mlflow/experiments/create"
TAKEN = Reply(400, {"error_code": "RESOURCE_ALREADY_EXISTS", "message": f"Node named '{PATH}' exists"})


def experiment(lifecycle_stage: str) -> dict[str, Any]:
    return {"experiment": {"experiment_id": "17", "name": PATH, "lifecycle_stage": lifecycle_stage}}


def create(workspace: Recorder) -> str:
    workspace.answers("POST /api/2.0/workspace/mkdirs", {})
    operator = CreateExperimentOperator(task_id="create_experiment", experiment_path=PATH)
    return operator.execute(context_of(TaskInstance("create_experiment")))


def test_an_experiment_that_is_there_is_used(databricks: Recorder) -> None:
    databricks.answers(FIND, experiment("active"))
    assert create(databricks) == "17"
    assert databricks.bodies(CREATE) == []


def test_an_experiment_that_another_run_has_just_made_is_used(databricks: Recorder) -> None:
    missing = Reply(404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "no such node"})
    databricks.answers(FIND, missing, experiment("active"))
    databricks.answers(CREATE, TAKEN)
    assert create(databricks) == "17"


def test_an_experiment_in_the_trash_says_what_to_do_and_is_not_tried_again(databricks: Recorder) -> None:
    databricks.answers(FIND, experiment("deleted"))
    databricks.answers(CREATE, TAKEN)
    with pytest.raises(
        PlanError, match="is in the trash: in Databricks, restore it or delete it for"
    ) as caught:
        create(databricks)
    assert PATH in str(caught.value)
    assert not caught.value.retriable
