"""A version takes over step by step, becomes the champion, and other DAGs are told; or it is given up."""

import json
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowSkipException
from airflow.sdk.execution_time.context import OutletEventAccessors

from rookery import model_asset
from rookery.exceptions import EndpointError
from rookery.operators.promotion import PromoteOperator
from rookery_jobs.contract import Decision, Examples
from tests.fast.airflow.operators.test_endpoint import (
    GET,
    INVOKE,
    MODEL,
    UPDATE,
    VERSION,
    beside,
    endpoint,
    json_of,
    served,
    shares,
    task,
)
from tests.fast.airflow.tasks import DagRun, TaskInstance
from tests.played_clock import PlayedClock
from tests.recorder import Recorder

MLFLOW = "/api/2.0/mlflow"
MODEL_TAG, VERSION_TAG = (f"POST {MLFLOW}/{what}/set-tag" for what in ("registered-models", "model-versions"))
EXAMPLES = Examples(({"Island": "Dream", "BodyMass": 3000.0},), (1.0,))


@pytest.fixture
def workspace(databricks: Recorder) -> Recorder:
    """A workspace whose champion is version 1; version 2 is deployed beside it, and answers as it must."""
    databricks.files["/examples.json"] = EXAMPLES.to_json().encode()
    tags = [{"key": "rookery_examples", "value": "dbfs:/examples.json"}]
    databricks.answers(VERSION, {"model_version": {"name": "Penguin Predictor", "tags": tags}})
    champion = [{"key": "rookery_champion", "value": "1"}]
    databricks.answers(
        f"GET {MLFLOW}/databricks/registered-models/get", {"registered_model_databricks": {"tags": champion}}
    )
    for request in (MODEL_TAG, VERSION_TAG, f"DELETE {MLFLOW}/model-versions/delete-tag"):
        databricks.answers(request, {})
    databricks.answers(UPDATE, endpoint("IN_PROGRESS"))
    databricks.answers(INVOKE, {"predictions": [1.0]})
    return databricks


def follows_updates(workspace: Recorder, first: dict[str, Any]) -> None:
    """An endpoint that is as it was last asked to be."""
    reply_to = workspace.reply_to

    def reply(call: Any) -> Any:
        bodies = workspace.bodies(UPDATE)
        workspace.answers(GET, first if not bodies else endpoint(config=_config(bodies[-1])))
        return reply_to(call)

    workspace.reply_to = reply  # type: ignore[method-assign]


def _config(body: dict[str, Any]) -> dict[str, Any]:
    return {name: body[name] for name in ("served_entities", "traffic_config") if name in body}


def promote(instance: TaskInstance, **facts: Any) -> tuple[Any, OutletEventAccessors]:
    changes = facts.pop("plan", {})
    events = OutletEventAccessors()
    instance.left["resolve_plan", "plan"] = json_of(**changes)
    operator = PromoteOperator(task_id="promote")
    operator.clock = PlayedClock()
    context: Any = {"ti": instance, "dag_run": DagRun(**facts), "outlet_events": events}
    return operator.execute(context), events


def test_a_version_gets_its_requests_by_steps_with_a_check_after_each(workspace: Recorder) -> None:
    follows_updates(workspace, beside("1", "2"))
    plan = {"endpoint": {"name": "predict-penguin", "canary_steps": [10, 50]}}
    promoted, _ = promote(task("promote"), plan=plan)
    *steps, last = workspace.bodies(UPDATE)
    assert [shares(body) for body in steps] == [{"1": 90, "2": 10}, {"1": 50, "2": 50}, {"1": 0, "2": 100}]
    assert [each["entity_version"] for each in last["served_entities"]] == ["2"]
    assert len(workspace.bodies(INVOKE)) == 3
    assert promoted == {"version": "2", "previous": "1"}


def test_the_champion_is_marked_when_it_has_answered_and_the_one_before_is_previous(
    workspace: Recorder,
) -> None:
    follows_updates(workspace, beside("1", "2"))
    promote(task("promote"))
    marked = [(body["key"], body["value"]) for body in workspace.bodies(MODEL_TAG)]
    assert marked == [("rookery_champion", "2"), ("rookery_previous", "1")]
    places = [f"{call.method} {call.path}" for call in workspace.calls]
    assert places.index(INVOKE) < places.index(MODEL_TAG) < len(places) - 1 - places[::-1].index(UPDATE)


def test_a_wrong_answer_under_way_gives_the_requests_back_and_no_role_changes(workspace: Recorder) -> None:
    follows_updates(workspace, beside("1", "2"))
    workspace.answers(INVOKE, {"predictions": [1.0]}, {"predictions": [2.0]})
    plan = {"endpoint": {"name": "predict-penguin", "canary_steps": [10, 50]}}
    instance = task("promote")
    with pytest.raises(EndpointError, match=r"otherwise than the model.*; version 1 serves alone again"):
        promote(instance, plan=plan)
    assert [each["entity_version"] for each in workspace.bodies(UPDATE)[-1]["served_entities"]] == ["1"]
    assert workspace.bodies(MODEL_TAG) == workspace.bodies(VERSION_TAG) == []


def test_the_first_version_of_an_endpoint_needs_no_shift(workspace: Recorder) -> None:
    workspace.answers(f"GET {MLFLOW}/databricks/registered-models/get", {"registered_model_databricks": {}})
    workspace.answers(GET, endpoint(config=served("2")))
    promoted, _ = promote(task("promote"))
    assert promoted == {"version": "2", "previous": None}
    assert workspace.bodies(UPDATE) == []


def test_the_assets_event_says_which_version_of_which_run_and_how_good_it_is(workspace: Recorder) -> None:
    follows_updates(workspace, beside("1", "2"))
    _, events = promote(task("promote"))
    assert events[model_asset("Penguin Predictor")].extra == {
        "registered_model_name": "Penguin Predictor",
        "version": "2",
        "mlflow_run_id": "run-1",
        "metrics": MODEL["test_metrics"],
        "dag_id": "penguins",
        "dag_run_id": "manual__1",
        "generation": 1,
        "backfill": False,
    }


@pytest.mark.parametrize(("run_type", "told"), [("backfill", True), ("scheduled", False)])
def test_a_run_that_does_not_deploy_asks_nothing_and_tells_of_its_version(
    databricks: Recorder, run_type: str, told: bool
) -> None:
    instance = task("promote")
    instance.left["create_endpoint", "skipped_because"] = "this run does not deploy"
    promoted, events = promote(instance, plan={"deploy": False}, run_type=run_type, clear_number=2)
    extra = events[model_asset("Penguin Predictor")].extra
    assert (extra["backfill"], extra["generation"], promoted["version"]) == (told, 3, None)
    assert databricks.calls == []


@pytest.mark.parametrize(
    ("left", "why"),
    [
        (
            {("register_model", "decision"): json.loads(Decision(False, "1", "other label").to_json())},
            "kept version 1",
        ),
        ({("approve", "skipped_because"): "not deployed: refused by Ada"}, "refused by Ada"),
        ({("create_endpoint", "skipped_because"): "not deployed: a later run has"}, "a later run"),
    ],
)
def test_what_is_not_deployed_is_told_to_nobody(
    databricks: Recorder, left: dict[tuple[str, str], Any], why: str
) -> None:
    instance = task("promote")
    instance.left |= left
    with pytest.raises(AirflowSkipException, match=why):
        promote(instance)
    assert why in instance.pushed["skipped_because"]
    assert databricks.calls == []


def test_an_earlier_version_is_served_again_by_the_same_steps(workspace: Recorder) -> None:
    follows_updates(workspace, beside("1", "2"))
    instance = TaskInstance("promote")
    instance.left["resolve_plan", "served_again"] = {**MODEL, "test_metrics": {}}
    promoted, _ = promote(instance)
    assert promoted == {"version": "2", "previous": "1"}
