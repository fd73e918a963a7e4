"""The endpoint is created or updated once, waited for, asked, and deleted only by the run that made it."""

import json
from contextlib import nullcontext, suppress
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowSkipException

from rookery.exceptions import EndpointError
from rookery.operators.endpoint import (
    CreateEndpointOperator,
    DeleteEndpointOperator,
    QueryEndpointOperator,
    WaitForEndpointOperator,
)
from rookery.plan.training import TrainingPlan
from rookery.workspace.registered_models import RegisteredVersion
from rookery_jobs.contract import Decision, Examples
from tests.fast.airflow.snapshots import holds_manifest
from tests.fast.airflow.tasks import TaskInstance, context_of
from tests.plans import PLAN
from tests.played_clock import PlayedClock
from tests.recorder import Recorder, Reply

OWNER = "here/penguins/manual__1"
EARLIER, RUN_AFTER, LATER = (f"2026-01-{day}T00:00:00+00:00" for day in ("04", "05", "06"))
MODEL = RegisteredVersion("Penguin Predictor", "2", "run-1", {"test_accuracy": 0.9}).to_xcom()
RECORD: dict[str, float | str] = {"Island": "Biscoe", "BodyMass": 4450.0}

CREATE = "POST /api/2.0/serving-endpoints"
GET = "GET /api/2.0/serving-endpoints/predict-penguin"
UPDATE = "PUT /api/2.0/serving-endpoints/predict-penguin/config"
TAGS = "PATCH /api/2.0/serving-endpoints/predict-penguin/tags"
DELETE = "DELETE /api/2.0/serving-endpoints/predict-penguin"
INVOKE = "POST /serving-endpoints/predict-penguin/served-models/Penguin-Predictor-2/invocations"
VERSION = "GET /api/2.0/mlflow/model-versions/get"

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
    state = {"config_update": update, "ready": ready}
    return {"name": "predict-penguin", "tags": tags(), "state": state, **fields}


def tags(owner: str = OWNER, dag_id: str = "penguins", **others: str) -> list[dict[str, str]]:
    found = {"rookery_installation": "here", "rookery_owner": owner, "rookery_dag_id": dag_id, **others}
    return [{"key": key, "value": value} for key, value in found.items()]


def json_of(**changes: Any) -> dict[str, Any]:
    return TrainingPlan.model_validate({**PLAN.model_dump(), **changes}).model_dump(mode="json")


def task(task_id: str, try_number: int = 1) -> TaskInstance:
    """A task of a run that has registered MODEL."""
    instance = TaskInstance(task_id, try_number)
    instance.left = {("register_model", "return_value"): MODEL}
    return instance


def create(conf: dict[str, Any] | None = None, **changes: Any) -> TaskInstance:
    instance = task("create_endpoint")
    operator = CreateEndpointOperator(
        task_id="create_endpoint", plan=json_of(**changes), installation="here", owner_tag=OWNER
    )
    assert operator.execute(context_of(instance, **(conf or {}))) == "predict-penguin"
    return instance


def takes_an_update(workspace: Recorder, *present: dict[str, Any]) -> None:
    """An endpoint that is there, and can be updated and tagged."""
    workspace.answers(GET, *present)
    workspace.answers(UPDATE, endpoint("IN_PROGRESS"))
    workspace.answers(TAGS, {"tags": []})


def wait(try_number: int = 1) -> None:
    operator = WaitForEndpointOperator(task_id="wait_for_endpoint", plan=json_of())
    operator.execute(context_of(task("wait_for_endpoint", try_number)))


def delete(owner: str = OWNER, keep: bool = False, **left: Any) -> PlayedClock:
    """Delete the run's endpoint; `left` is what `create_endpoint` has left, by key. The clock of it."""
    instance, clock = TaskInstance("delete_endpoint"), PlayedClock()
    instance.left = {("create_endpoint", key): value for key, value in left.items()}
    operator = DeleteEndpointOperator(
        task_id="delete_endpoint", plan=json_of(keep_endpoint=keep), owner_tag=owner
    )
    operator.clock = clock
    with suppress(AirflowSkipException) if left else nullcontext():
        operator.execute(context_of(instance))
    return clock


def query(**changes: Any) -> Any:
    operator = QueryEndpointOperator(task_id="query_endpoint", plan=json_of(**changes))
    instance = task("query_endpoint")
    instance.left["prepare_data", "snapshot_path"] = "dbfs:/s"
    return operator.execute(context_of(instance))


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
        {"key": "rookery_installation", "value": "here"},
        {"key": "rookery_dag_id", "value": "penguins"},
        {"key": "rookery_run_after", "value": RUN_AFTER},
    ]
    page = f"http://127.0.0.1:{databricks.server_port}/ml/endpoints/predict-penguin"
    assert instance.pushed == {"asked": 1, "_link_EndpointLink": page}


def test_an_ephemeral_endpoint_carries_the_end_of_its_lease(databricks: Recorder) -> None:
    databricks.answers(CREATE, endpoint("IN_PROGRESS", "NOT_READY"))
    create(keep_endpoint=False)
    (request,) = databricks.bodies(CREATE)
    assert [tag["key"] for tag in request["tags"]] == [
        "rookery_owner",
        "rookery_installation",
        "rookery_dag_id",
        "rookery_run_after",
        "rookery_expires_at",
    ]


def test_an_endpoint_of_this_dag_is_updated_and_says_which_run_has_deployed(databricks: Recorder) -> None:
    takes_an_update(databricks, endpoint(config=served("1")))
    create()
    (request,) = databricks.bodies(UPDATE)
    assert shares(request) == {"1": 100, "2": 0}
    assert databricks.bodies(CREATE) == []
    assert databricks.bodies(TAGS) == [{"add_tags": [{"key": "rookery_run_after", "value": RUN_AFTER}]}]


def shares(request: dict[str, Any]) -> dict[str, int]:
    """The percentage of each version in an update."""
    versions = {each["name"]: each["entity_version"] for each in request["served_entities"]}
    routes = request["traffic_config"]["routes"]
    return {versions[each["served_model_name"]]: each["traffic_percentage"] for each in routes}


def deployed(version: str, run_after: str) -> dict[str, Any]:
    return {**endpoint(config=served(version)), "tags": tags(rookery_run_after=run_after)}


@pytest.mark.parametrize(
    ("present", "reason"),
    [
        (
            deployed("7", LATER),
            r"serves version 7 of a later run \(2026-01-06 00:00 UTC; this one: 2026-01-05",
        ),
        (deployed("1", LATER), "serves version 1 of a later run"),
        (endpoint(config=served("7")), "serves version 7, which is newer than version 2 of this run"),
    ],
    ids=["newer version", "newer version number of an old run", "version without the tag"],
)
def test_an_old_run_that_is_cleared_does_not_replace_what_a_later_run_has_deployed(
    databricks: Recorder, present: dict[str, Any], reason: str
) -> None:
    takes_an_update(databricks, present)
    with pytest.raises(AirflowSkipException, match=reason):
        create()
    assert databricks.bodies(UPDATE) == databricks.bodies(TAGS) == []


def test_an_old_run_replaces_a_later_one_if_its_conf_says_so(databricks: Recorder) -> None:
    takes_an_update(databricks, deployed("7", LATER))
    create({"deploy": True})
    assert len(databricks.bodies(UPDATE)) == 1


@pytest.mark.parametrize("run_after", [EARLIER, RUN_AFTER, "last Tuesday"])
def test_a_run_that_is_no_earlier_than_the_one_that_deployed_replaces_it(
    databricks: Recorder, run_after: str
) -> None:
    takes_an_update(databricks, deployed("1", run_after))
    create()
    assert len(databricks.bodies(UPDATE)) == 1


def test_a_later_update_that_is_on_its_way_is_not_replaced_either(databricks: Recorder) -> None:
    going = endpoint("IN_PROGRESS", config=served("1"), pending_config=served("7"))
    takes_an_update(databricks, going, deployed("7", LATER))
    with pytest.raises(AirflowSkipException, match="serves version 7 of a later run"):
        create()
    assert databricks.bodies(UPDATE) == []


@pytest.mark.parametrize(
    "present",
    [
        endpoint(config=served("2")),
        endpoint("IN_PROGRESS", config=served("1"), pending_config=served("2")),
        endpoint("IN_PROGRESS", "NOT_READY", pending_config=served("2")),
    ],
)
def test_what_was_asked_for_already_is_not_asked_again(databricks: Recorder, present: dict[str, Any]) -> None:
    takes_an_update(databricks, present)
    create()
    assert databricks.bodies(UPDATE) == databricks.bodies(CREATE) == []


def test_an_update_on_its_way_is_waited_for(databricks: Recorder) -> None:
    going = endpoint("IN_PROGRESS", config=served("0"), pending_config=served("1"))
    takes_an_update(databricks, going, going, endpoint(config=served("1")))
    create()
    assert len(databricks.bodies(UPDATE)) == 1


def test_an_update_that_failed_before_is_tried_again(databricks: Recorder) -> None:
    takes_an_update(databricks, endpoint("UPDATE_FAILED", config=served("1"), pending_config=served("2")))
    create()
    assert len(databricks.bodies(UPDATE)) == 1


@pytest.mark.parametrize(
    ("found", "whose"),
    [
        ([], "was not made by Rookery"),
        (tags(dag_id="geese"), "belongs to the DAG geese"),
        (tags(rookery_installation="staging"), r"of another Airflow installation, staging \(this is here\)"),
    ],
)
def test_an_endpoint_of_someone_else_is_not_touched(
    databricks: Recorder, found: list[dict[str, str]], whose: str
) -> None:
    databricks.answers(GET, {**endpoint(config=served("1")), "tags": found})
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
    assert shares(request) == {"1": 100, "2": 0}


@pytest.mark.parametrize("try_number", [1, 2])
def test_the_failed_update_of_another_run_is_told_as_such_and_not_replaced(
    databricks: Recorder, try_number: int
) -> None:
    failed = endpoint("UPDATE_FAILED", config=served("1"), pending_config=served("6", "no space left"))
    takes_an_update(databricks, failed)
    with pytest.raises(EndpointError, match=r"no space left; this is the update to version 6.* of version 2"):
        wait(try_number)
    assert databricks.bodies(UPDATE) == []


def test_the_wait_ends_if_another_run_has_a_newer_version_served(databricks: Recorder) -> None:
    databricks.answers(
        GET,
        endpoint("IN_PROGRESS", config=served("3"), pending_config=served("2")),
        endpoint(config=served("3")),
    )
    with pytest.raises(EndpointError, match="serves version 3 of Penguin Predictor, which another run"):
        wait()


def answers(workspace: Recorder, *predictions: object, tags: list[dict[str, str]] | None = None) -> None:
    """A version that answers so, beside version 1, which serves; it has no rows that it must answer."""
    workspace.answers(INVOKE, *({"predictions": each} for each in predictions))
    workspace.answers(VERSION, {"model_version": {"name": "Penguin Predictor", "tags": tags or []}})
    workspace.answers(GET, beside("1", "2"))


def beside(serving: str, other: str, percent: int = 0) -> dict[str, Any]:
    """An endpoint with two versions; the other one gets so much of the requests."""
    entities = [*served(serving)["served_entities"], *served(other)["served_entities"]]
    percents = (100 - percent, percent)
    routes = [
        {"served_model_name": each["name"], "traffic_percentage": part}
        for each, part in zip(entities, percents, strict=True)
    ]
    return endpoint(config={"served_entities": entities, "traffic_config": {"routes": routes}})


def test_the_plans_request_is_sent(databricks: Recorder) -> None:
    asked = [{"Island": "Dream", "BodyMass": 3000.0}]
    answers(databricks, [1.0])
    answer = query(endpoint={"name": "predict-penguin", "dataframe_records": asked})
    assert databricks.bodies(INVOKE) == [{"dataframe_records": asked}]
    assert answer == {"dataframe_records": asked, "predictions": [1.0]}


def test_without_one_the_snapshots_example_is_sent_and_does_not_stay_in_airflow(
    databricks: Recorder, capsys: pytest.CaptureFixture[str]
) -> None:
    holds_manifest(databricks, RECORD)
    answers(databricks, [2])
    assert query() == {"dataframe_records": None, "predictions": [2]}
    assert databricks.bodies(INVOKE) == [{"dataframe_records": [RECORD]}]
    logged = capsys.readouterr().out
    assert "predict-penguin answers with [2]" in logged
    assert str(RECORD["BodyMass"]) not in logged


@pytest.mark.parametrize("answer", [None, [], [1.0, 2.0], ["Gentoo"], [float("nan")], [True], {"0": 1.0}])
def test_an_answer_of_another_shape_is_refused(databricks: Recorder, answer: object) -> None:
    answers(databricks, answer)
    databricks.answers(GET, *[beside("1", "2")] * 4, endpoint(config=served("1")))
    databricks.answers(UPDATE, endpoint("IN_PROGRESS"))
    with pytest.raises(EndpointError, match=r"the answer.*; version 1 serves alone again"):
        query(endpoint={"name": "predict-penguin", "dataframe_records": [RECORD]})


@pytest.mark.parametrize(
    ("label_type", "given", "others"),
    [("string", ["Gentoo"], [1.0]), ("long", [-1], ["-1"]), ("boolean", [True], [1])],
)
def test_where_labels_are_indexed_the_answer_is_one_of_their_type(
    databricks: Recorder, label_type: str, given: list[object], others: list[object]
) -> None:
    asked = {"name": "predict-penguin", "dataframe_records": [RECORD]}
    answers(databricks, given, others)
    databricks.answers(GET, endpoint(config=served("2")))
    assert query(endpoint=asked, label_type=label_type)["predictions"] == given
    with pytest.raises(EndpointError, match="as the label's values are"):
        query(endpoint=asked, label_type=label_type)


EXAMPLES = Examples(
    ({"Island": "Dream", "BodyMass": 3000.0}, {"Island": "Biscoe", "BodyMass": 5000.0}), (1.0, 2.0)
)
WITH_EXAMPLES = [{"key": "rookery_examples", "value": "dbfs:/examples.json"}]
LOG_METRIC = "POST /api/2.0/mlflow/runs/log-metric"


def test_the_version_must_answer_the_rows_of_its_registration_and_how_fast_it_is_is_logged(
    databricks: Recorder,
) -> None:
    databricks.files["/examples.json"] = EXAMPLES.to_json().encode()
    answers(databricks, [0.0], [1.0], [2.0], tags=WITH_EXAMPLES)
    databricks.answers(LOG_METRIC, {})
    query(endpoint={"name": "predict-penguin", "dataframe_records": [RECORD]})
    asked = [body["dataframe_records"] for body in databricks.bodies(INVOKE)]
    assert asked == [[RECORD], *([record] for record in EXAMPLES.dataframe_records)]
    logged = {(body["run_id"], body["key"]) for body in databricks.bodies(LOG_METRIC)}
    assert logged == {("run-1", "endpoint_latency_p50_ms"), ("run-1", "endpoint_latency_p99_ms")}
    assert databricks.bodies(UPDATE) == []


def test_a_version_that_answers_otherwise_is_given_up_before_any_client_sees_it(databricks: Recorder) -> None:
    databricks.files["/examples.json"] = EXAMPLES.to_json().encode()
    answers(databricks, [0.0], [1.0], [1.0], tags=WITH_EXAMPLES)
    databricks.answers(GET, *[beside("1", "2")] * 4, endpoint(config=served("1")))
    databricks.answers(UPDATE, endpoint("IN_PROGRESS"))
    with pytest.raises(EndpointError) as refusal:
        query(endpoint={"name": "predict-penguin", "dataframe_records": [RECORD]})
    assert "answers 1 of 2 test rows otherwise" in str(refusal.value)
    assert "1.0 in place of 2.0; version 1 serves alone again, and stays the champion" in str(refusal.value)
    assert "5000" not in str(refusal.value), "rows of the data do not go into Airflow's logs"
    (body,) = databricks.bodies(UPDATE)
    assert [each["entity_version"] for each in body["served_entities"]] == ["1"]


def test_a_version_that_has_lost_is_not_deployed_and_the_task_says_why(databricks: Recorder) -> None:
    instance = task("create_endpoint")
    lost = Decision(False, "1", "", "accuracy", 0.967, 0.981, -0.03, 0.0, 0.95)
    instance.left["register_model", "decision"] = json.loads(lost.to_json())
    operator = CreateEndpointOperator(
        task_id="create_endpoint", plan=json_of(), installation="here", owner_tag=OWNER
    )
    with pytest.raises(AirflowSkipException, match=r"kept version 1: accuracy 0.967 against 0.981, interval"):
        operator.execute(context_of(instance))
    assert databricks.calls == []
    assert instance.pushed["skipped_because"].startswith("kept version 1")


def test_probabilities_that_the_plan_wants_are_in_the_answer(databricks: Recorder) -> None:
    asked: dict[str, Any] = {"name": "predict-penguin", "dataframe_records": [RECORD]}
    wanted: dict[str, Any] = {"endpoint": asked, "label_type": "string", "probabilities": True}
    good = {"prediction": "yes", "probability_no": 0.25, "probability_yes": 0.75}
    answers(databricks, [good])
    databricks.answers(GET, endpoint(config=served("2")))
    assert query(**wanted)["predictions"] == [good]
    for bad in ("yes", {"prediction": "yes"}, {**good, "probability_no": 1.5}, {**good, "prediction": 1}):
        databricks.answers(INVOKE, {"predictions": [bad]})
        with pytest.raises(EndpointError, match="the answer"):
            query(**wanted)


def test_an_ephemeral_endpoint_is_deleted_and_seen_gone(databricks: Recorder) -> None:
    databricks.answers(GET, endpoint(config=served("2")), endpoint(config=served("2")), GONE)
    databricks.answers(DELETE, {})
    delete()
    # It is told to go in every round in which it is seen.
    assert [call.method for call in databricks.calls if "serving" in call.path] == [
        "GET",
        "DELETE",
        "GET",
        "DELETE",
        "GET",
    ]


def test_an_endpoint_that_is_to_be_kept_is_kept_and_the_task_succeeds(databricks: Recorder) -> None:
    delete(keep=True)
    assert databricks.calls == []


def test_an_endpoint_that_another_run_made_is_kept(databricks: Recorder) -> None:
    databricks.answers(GET, endpoint(config=served("2")))
    delete(owner="here/penguins/manual__2")
    assert databricks.bodies(DELETE) == []


LEASED = tags("here/penguins/manual__0", rookery_expires_at="2026-01-04T00:00:00+00:00")


def patched(workspace: Recorder) -> tuple[dict[str, str], list[str]]:
    (body,) = workspace.bodies(TAGS)
    return {tag["key"]: tag["value"] for tag in body["add_tags"]}, body.get("delete_tags", [])


def test_an_ephemeral_endpoint_that_another_run_left_behind_is_taken_over_and_deleted(
    databricks: Recorder,
) -> None:
    takes_an_update(databricks, {**endpoint(config=served("1")), "tags": LEASED})
    create(keep_endpoint=False)
    added, removed = patched(databricks)
    assert (added["rookery_owner"], removed) == (OWNER, [])
    assert added["rookery_expires_at"] > "2026-01-05"
    databricks.answers(GET, endpoint(config=served("2")), GONE)
    databricks.answers(DELETE, {})
    delete()
    assert len(databricks.bodies(DELETE)) == 1


def test_an_ephemeral_endpoint_that_is_now_to_be_kept_loses_its_lease(databricks: Recorder) -> None:
    takes_an_update(databricks, {**endpoint(config=served("1")), "tags": LEASED})
    create(keep_endpoint=True)
    added, removed = patched(databricks)
    assert (added["rookery_owner"], removed) == (OWNER, ["rookery_expires_at"])


def test_an_endpoint_that_is_kept_stays_that_of_the_run_that_made_it(databricks: Recorder) -> None:
    takes_an_update(databricks, {**endpoint(config=served("1")), "tags": tags("here/penguins/manual__0")})
    create(keep_endpoint=False)
    assert patched(databricks) == ({"rookery_run_after": RUN_AFTER}, [])


def test_one_404_is_not_the_end_of_an_endpoint(databricks: Recorder) -> None:
    databricks.answers(GET, GONE, GONE, endpoint(config=served("2")), GONE)
    databricks.answers(DELETE, {})
    delete(asked=1, return_value="predict-penguin")
    assert len([call for call in databricks.calls if call.method == "DELETE"]) == 1


@pytest.mark.parametrize(
    ("left", "lasts"),
    [
        pytest.param({"asked": 1}, True, id="asked for"),
        pytest.param({"asked": 1, "return_value": "predict-penguin"}, True, id="created"),
        pytest.param({"asked": 1, "skipped_because": "a later run has deployed"}, False, id="skipped itself"),
        pytest.param({"skipped_because": "it does not deploy"}, False, id="not asked for"),
    ],
)
def test_a_look_lasts_longer_than_a_request_that_may_be_under_way_and_75_s_at_most(
    databricks: Recorder, left: dict[str, Any], lasts: bool
) -> None:
    databricks.answers(GET, GONE)
    clock = delete(**left)
    assert (65 < clock.now < 75) if lasts else clock.now == 0


def test_nothing_to_delete_is_no_error(databricks: Recorder) -> None:
    databricks.answers(GET, GONE)
    delete()


def test_the_probabilities_of_the_registration_are_compared_too(databricks: Recorder) -> None:
    likely = ({"probability_no": 0.25, "probability_yes": 0.75},)
    examples = Examples(({"Island": "Dream", "BodyMass": 3000.0},), ("yes",), likely)
    databricks.files["/examples.json"] = examples.to_json().encode()
    wanted: dict[str, Any] = {
        "endpoint": {"name": "predict-penguin", "dataframe_records": [RECORD]},
        "label_type": "string",
        "probabilities": True,
    }
    right = {"prediction": "yes", **likely[0]}
    other = {**right, "probability_no": 0.2, "probability_yes": 0.8}
    answers(databricks, [right], [right], [right], [other], tags=WITH_EXAMPLES)
    databricks.answers(LOG_METRIC, {})
    assert query(**wanted)["predictions"] == [right]
    databricks.answers(GET, *[beside("1", "2")] * 4, endpoint(config=served("1")))
    databricks.answers(UPDATE, endpoint("IN_PROGRESS"))
    with pytest.raises(EndpointError, match=r"probability_no 0\.2 in place of 0\.25; version 1 serves alone"):
        query(**wanted)
