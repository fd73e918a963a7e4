"""The first task settles what a run will do, before anything is created."""

from typing import Any

import pytest

from rookery import PlanError, TrainingPlan
from rookery.operators.plan import ResolvePlanOperator
from tests.fast.airflow.conftest import Recorder, TaskInstance, context_of
from tests.fast.airflow.test_params import PLAN


def resolve(**conf: Any) -> dict[str, Any]:
    instance = TaskInstance("resolve_plan")
    ResolvePlanOperator(task_id="resolve_plan", plan=PLAN, points_per_task=4).execute(
        context_of(instance, **conf)
    )
    return instance.pushed


def test_the_resolved_plan_and_all_names_are_handed_on(databricks: Recorder) -> None:
    databricks.answers("GET /api/2.0/preview/scim/v2/Me", {"userName": "me@example.com"})
    pushed = resolve(points_per_task=2, LogisticRegression_maxIter=["7"])
    plan = TrainingPlan.model_validate(pushed.pop("plan"))
    assert [point.params for point in plan.candidates()] == [{"maxIter": 7, "regParam": 0.1}]
    assert pushed == {
        "points_per_task": 2,
        "owner": "penguins/manual__1",
        "cluster_name": "rookery penguins manual__1",
        "experiment_path": "/Users/me@example.com/rookery/penguins",
        "code_root": "/Users/me@example.com/rookery/code",
        "user_name": "me@example.com",
    }
    assert {call.method for call in databricks.calls} == {"GET"}


@pytest.mark.parametrize(
    "conf",
    [
        {"maxIter": [5]},
        {"LogisticRegression_maxIter": [-5]},
        {"LogisticRegression_maxIter": []},
        {"deploy": 1},
    ],
)
def test_a_bad_conf_is_refused_before_anything_is_asked(databricks: Recorder, conf: dict[str, Any]) -> None:
    with pytest.raises(PlanError):
        resolve(**conf)
    assert databricks.calls == []
