"""The endpoint is created or updated once, waited for, asked, and deleted only by the run that made it."""

from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowSkipException

from rookery.exceptions import EndpointError
from rookery.operators.endpoint import (
    CreateEndpointOperator,
    DeleteEndpointOperator,
    QueryEndpointOperator,
    WaitForEndpointOperator,
    checked_predictions,
)
from rookery.plan.training import TrainingPlan
from tests.fast.airflow.conftest import Recorder, Reply, TaskInstance, context_of
from tests.fast.airflow.test_params import PLAN

OWNER = "penguins/manual__1"
MODEL = {"registered_model_name": "Penguin Predictor", "version": "2"}
RECORD: dict[str, float | str] = {"Island": "Biscoe", "BodyMass": 4450.0}

CREATE = "POST /api/2.0/serving-endpoints"
GET = "GET /api/2.0/serving-endpoints/predict-penguin"
UPDATE = "PUT /api/2.0/serving-endpoints/predict-penguin/config"
DELETE = "DELETE /api/2.0/serving-endpoints/predict-penguin"
INVOKE = "POST /serving-endpoints/predict-penguin/invocations"

GONE = Reply(404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "no such endpoint"})


def served(version: str, message: str = "") -> dict[str, Any]:
    return {
        "served_entities": [
            {
                "name": f"Penguin-Predictor-{version}",
                "entity_name": "Penguin Predictor",
                "entity_version": version,
                "workload_size": "Small",
                "scale_to_zero_enabled": True,
                "state": {"deployment": "DEPLOYMENT_READY", "deployment_state_message": message},
            }
        ]
    }


def endpoint(update: str = "NOT_UPDATING", ready: str = "READY", **fields: Any) -> dict[str, Any]:
    tags = [{"key": "rookery_owner", "value": OWNER}, {"key": "rookery_dag_id", "value": "penguins"}]
    state = {"config_update": update, "ready": ready}
    return {"name": "predict-penguin", "tags": tags, "state": state, **fields}


def json_of(**changes: Any) -> dict[str, Any]:
    return TrainingPlan.model_validate({**PLAN.model_dump(), **changes}).model_dump(mode="json")


def create(**changes: Any) -> TaskInstance:
    instance = TaskInstance("create_endpoint")
    operator = CreateEndpointOperator(
        task_id="create_endpoint", plan=json_of(**changes), model=MODEL, owner_tag=OWNER
    )
    assert operator.execute(context_of(instance)) == "predict-penguin"
    return instance


def wait(try_number: int = 1) -> None:
    operator = WaitForEndpointOperator(task_id="wait_for_endpoint", plan=json_of(), model=MODEL)
    operator.execute(context_of(TaskInstance("wait_for_endpoint", try_number)))


def delete(owner: str = OWNER, keep: bool = False) -> None:
    operator = DeleteEndpointOperator(
        task_id="delete_endpoint", plan=json_of(keep_endpoint=keep), owner_tag=owner
    )
    operator.execute(context_of(TaskInstance("delete_endpoint")))


def query(**changes: Any) -> Any:
    operator = QueryEndpointOperator(task_id="query_endpoint", plan=json_of(**changes), example=RECORD)
    return operator.execute(context_of(TaskInstance("query_endpoint")))


def test_a_new_endpoint_is_asked_for_with_a_name_that_the_api_takes(databricks: Recorder) -> None:
    databricks.answers(CREATE, endpoint("IN_PROGRESS", "NOT_READY"))
    instance = create()
    (request,) = databricks.bodies(CREATE)
    assert request["name"] == "predict-penguin"
    assert request["config"]["served_entities"] == [
        {
            "name": "Penguin-Predictor-2",
            "entity_name": "Penguin Predictor",
            "entity_version": "2",
            "workload_size": "Small",
            "scale_to_zero_enabled": True,
        }
    ]
    assert request["tags"] == [
        {"key": "rookery_owner", "value": OWNER},
        {"key": "rookery_dag_id", "value": "penguins"},
    ]
    page = f"http://127.0.0.1:{databricks.server_port}/ml/endpoints/predict-penguin"
    assert instance.pushed == {"_link_EndpointLink": page}


def test_an_ephemeral_endpoint_carries_the_end_of_its_lease(databricks: Recorder) -> None:
    databricks.answers(CREATE, endpoint("IN_PROGRESS", "NOT_READY"))
    create(keep_endpoint=False)
    (request,) = databricks.bodies(CREATE)
    assert [tag["key"] for tag in request["tags"]] == [
        "rookery_owner",
        "rookery_dag_id",
        "rookery_expires_at",
    ]


def test_an_endpoint_of_this_dag_is_updated(databricks: Recorder) -> None:
    databricks.answers(GET, endpoint(config=served("1")))
    databricks.answers(UPDATE, endpoint("IN_PROGRESS"))
    create()
    (request,) = databricks.bodies(UPDATE)
    assert [entity["entity_version"] for entity in request["served_entities"]] == ["2"]
    assert databricks.bodies(CREATE) == []


@pytest.mark.parametrize(
    "present",
    [
        endpoint(config=served("2")),
        endpoint("IN_PROGRESS", config=served("1"), pending_config=served("2")),
        endpoint("IN_PROGRESS", "NOT_READY", pending_config=served("2")),
    ],
)
def test_what_was_asked_for_already_is_not_asked_again(databricks: Recorder, present: dict[str, Any]) -> None:
    databricks.answers(GET, present)
    create()
    assert [call.method for call in databricks.calls if "serving" in call.path] == ["GET"]


def test_an_update_on_its_way_is_waited_for(databricks: Recorder) -> None:
    databricks.answers(
        GET,
        endpoint("IN_PROGRESS", config=served("0"), pending_config=served("1")),
        endpoint("IN_PROGRESS", config=served("0"), pending_config=served("1")),
        endpoint(config=served("1")),
    )
    databricks.answers(UPDATE, endpoint("IN_PROGRESS"))
    create()
    assert len(databricks.bodies(UPDATE)) == 1


def test_an_update_that_failed_before_is_tried_again(databricks: Recorder) -> None:
    databricks.answers(GET, endpoint("UPDATE_FAILED", config=served("1"), pending_config=served("2")))
    databricks.answers(UPDATE, endpoint("IN_PROGRESS"))
    create()
    assert len(databricks.bodies(UPDATE)) == 1


@pytest.mark.parametrize(
    ("tags", "whose"),
    [
        ([], "was not made by Rookery"),
        ([{"key": "rookery_dag_id", "value": "geese"}], "belongs to the DAG geese"),
    ],
)
def test_an_endpoint_of_someone_else_is_not_touched(
    databricks: Recorder, tags: list[dict[str, str]], whose: str
) -> None:
    databricks.answers(GET, {**endpoint(config=served("1")), "tags": tags})
    with pytest.raises(EndpointError, match=whose):
        create()
    assert databricks.bodies(UPDATE) == []


def test_a_run_that_does_not_deploy_skips_the_endpoint_and_asks_nothing(databricks: Recorder) -> None:
    with pytest.raises(AirflowSkipException):
        create(deploy=False)
    assert databricks.calls == []


def test_the_wait_ends_when_our_version_answers_and_not_before(databricks: Recorder) -> None:
    databricks.answers(
        GET,
        endpoint(config=served("1")),
        endpoint("IN_PROGRESS", config=served("1"), pending_config=served("2")),
        endpoint("NOT_UPDATING", "NOT_READY", config=served("2")),
        endpoint(config=served("2")),
    )
    wait()
    assert len([call for call in databricks.calls if "serving" in call.path]) == 4


def test_an_update_that_fails_is_told_in_its_own_words(databricks: Recorder) -> None:
    failed = served("2", "Container creation failed: no space left")
    databricks.answers(GET, endpoint("UPDATE_FAILED", config=served("1"), pending_config=failed))
    with pytest.raises(EndpointError, match="UPDATE_FAILED: Penguin-Predictor-2: Container creation failed"):
        wait()


def test_a_retry_asks_again_for_an_update_that_failed(databricks: Recorder) -> None:
    failed = endpoint("UPDATE_FAILED", config=served("1"), pending_config=served("2"))
    databricks.answers(GET, failed, endpoint("IN_PROGRESS", config=served("1")), endpoint(config=served("2")))
    databricks.answers(UPDATE, endpoint("IN_PROGRESS"))
    wait(try_number=2)
    (request,) = databricks.bodies(UPDATE)
    assert [entity["entity_version"] for entity in request["served_entities"]] == ["2"]


def test_the_wait_ends_if_another_run_has_a_newer_version_served(databricks: Recorder) -> None:
    databricks.answers(
        GET,
        endpoint("IN_PROGRESS", config=served("3"), pending_config=served("2")),
        endpoint(config=served("3")),
    )
    with pytest.raises(EndpointError, match="serves version 3 of Penguin Predictor, which another run"):
        wait()


def test_the_plans_request_is_sent(databricks: Recorder) -> None:
    asked = [{"Island": "Dream", "BodyMass": 3000.0}]
    databricks.answers(INVOKE, {"predictions": [1.0]})
    answer = query(endpoint={"name": "predict-penguin", "dataframe_records": asked})
    assert databricks.bodies(INVOKE) == [{"dataframe_records": asked}]
    assert answer == {"dataframe_records": asked, "predictions": [1.0]}


def test_without_one_the_snapshots_example_is_sent(databricks: Recorder) -> None:
    databricks.answers(INVOKE, {"predictions": [2]})
    assert query()["predictions"] == [2]
    assert databricks.bodies(INVOKE) == [{"dataframe_records": [RECORD]}]


@pytest.mark.parametrize("answer", [None, [], [1.0, 2.0], ["Gentoo"], [float("nan")], [True], {"0": 1.0}])
def test_an_answer_of_another_shape_is_refused(answer: object) -> None:
    with pytest.raises(EndpointError):
        checked_predictions(answer, [RECORD])


def test_an_ephemeral_endpoint_is_deleted_and_seen_gone(databricks: Recorder) -> None:
    databricks.answers(GET, endpoint(config=served("2")), endpoint(config=served("2")), GONE)
    databricks.answers(DELETE, {})
    delete()
    assert [call.method for call in databricks.calls if "serving" in call.path] == [
        "GET",
        "DELETE",
        "GET",
        "GET",
    ]


def test_an_endpoint_that_is_to_be_kept_is_kept(databricks: Recorder) -> None:
    with pytest.raises(AirflowSkipException, match="is kept"):
        delete(keep=True)
    assert databricks.calls == []


def test_an_endpoint_that_another_run_made_is_kept(databricks: Recorder) -> None:
    databricks.answers(GET, endpoint(config=served("2")))
    with pytest.raises(AirflowSkipException, match="no endpoint predict-penguin that this run created"):
        delete(owner="penguins/manual__2")
    assert databricks.bodies(DELETE) == []


def test_nothing_to_delete_is_no_error(databricks: Recorder) -> None:
    databricks.answers(GET, GONE)
    with pytest.raises(AirflowSkipException):
        delete()
