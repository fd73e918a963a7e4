"""The first task settles what a run will do, before anything is created."""

from typing import Any

import pytest
from airflow.sdk.exceptions import DownstreamTasksSkipped
from databricks.sdk.errors import InternalError

from rookery import PlanError, TrainingPlan
from rookery.hooks.databricks import workspace_client
from rookery.operators.plan import ResolvePlanOperator
from rookery.plan.questions import training_questions
from rookery.workspace.questions import ask
from rookery.workspace.registered_models import RegisteredVersion
from rookery.workspace.run_names import RunNames
from tests.fast.airflow import usable_workspace as usable
from tests.fast.airflow.tasks import TaskInstance, context_of
from tests.plans import PLAN
from tests.recorder import Recorder, Reply

OF_ANOTHER_AIRFLOW = [
    {"key": "rookery_dag_id", "value": "penguins"},
    {"key": "rookery_installation", "value": "staging"},
]


def resolve(plan: TrainingPlan = PLAN, **conf: Any) -> dict[str, Any]:
    instance = TaskInstance("resolve_plan")
    operator = ResolvePlanOperator(task_id="resolve_plan", plan=plan, points_per_task=4)
    operator.execute(context_of(instance, **conf))
    return instance.pushed


def changed(**changes: Any) -> TrainingPlan:
    return TrainingPlan.model_validate({**PLAN.model_dump(), **changes})


def mistakes(plan: TrainingPlan) -> list[str]:
    with pytest.raises(PlanError) as caught:
        resolve(plan)
    assert not caught.value.retriable
    return [str(mistake) for mistake in caught.value.mistakes]


def test_the_resolved_plan_and_all_names_are_handed_on(databricks: Recorder) -> None:
    usable.answer_everything(databricks)
    pushed = resolve(points_per_task=2, LogisticRegression_maxIter=["7"])
    plan = TrainingPlan.model_validate(pushed.pop("plan"))
    assert [point.params for point in plan.candidates()] == [{"maxIter": 7, "regParam": 0.1}]
    assert plan.data_root == f"{PLAN.data_root}/here"
    assert pushed == {
        "points_per_task": 2,
        "installation": "here",
        "owner": "here/penguins/manual__1",
        "cluster_name": "rookery here penguins manual__1",
        "experiment_path": "/Users/me@example.com/rookery/penguins",
        "code_root": "/Users/me@example.com/rookery_code",
        "user_name": "me@example.com",
    }


def test_a_run_that_serves_an_earlier_version_again_skips_all_that_trains(databricks: Recorder) -> None:
    usable.answer_everything(databricks)
    found = {"model_version": {"name": "Penguin Predictor", "version": "3", "run_id": "m3"}}
    databricks.answers("GET /api/2.0/mlflow/model-versions/get", found)
    instance = TaskInstance("resolve_plan")
    operator = ResolvePlanOperator(task_id="resolve_plan", plan=PLAN, train=["download_data"])
    with pytest.raises(DownstreamTasksSkipped) as skipped:
        operator.execute(context_of(instance, serve_version=3))
    assert skipped.value.tasks == ["download_data"]
    assert instance.pushed["served_again"] == RegisteredVersion("Penguin Predictor", "3", "m3", {}).to_xcom()
    assert instance.pushed["skipped_because"] == "version 3 is served again: nothing is trained"
    assert instance.pushed["plan"]["deploy"] is True


def test_a_version_that_is_not_there_cannot_be_served_again(databricks: Recorder) -> None:
    usable.answer_everything(databricks)
    with pytest.raises(PlanError, match="'Penguin Predictor' has no version 9"):
        resolve(serve_version=9)


@pytest.mark.parametrize(
    "conf",
    [
        {"maxIter": [5]},
        {"LogisticRegression_maxIter": [-5]},
        {"LogisticRegression_maxIter": []},
        {"deploy": 1},
        {"source_url": "https://files.test/p.csv?sig=hunter22"},
    ],
)
def test_a_bad_conf_is_refused_before_anything_is_asked(databricks: Recorder, conf: dict[str, Any]) -> None:
    with pytest.raises(PlanError):
        resolve(**conf)
    assert databricks.calls == []


def test_the_workspace_is_asked_little_and_nothing_is_created(databricks: Recorder) -> None:
    usable.answer_everything(databricks)
    resolve()
    asked = [(call.method, call.path) for call in databricks.calls if call.path.startswith("/api/")]
    assert {method for method, _ in asked} == {"GET"}
    assert len(asked) <= 11


def test_everything_that_a_workspace_lacks_is_told_at_once(databricks: Recorder) -> None:
    usable.answer_everything(databricks)
    databricks.answers(usable.OBJECT, {"object_type": "DIRECTORY", "path": "/Users/me@example.com/rookery"})
    databricks.answers(usable.DBFS, {"path": "/rookery", "is_dir": False})
    databricks.answers(usable.ENDPOINT, {"name": "predict-penguin", "tags": []})
    plan = changed(compute={"node_type_id": "Standard_DS4_v2", "spark_version": "17.3.x-cpu-ml-scala2.13"})
    assert mistakes(plan) == [
        "compute.node_type_id: the workspace does not offer 'Standard_DS4_v2'; it offers Standard_DS3_v2",
        "compute.spark_version: the workspace has no runtime '17.3.x-cpu-ml-scala2.13'; it offers "
        "18.x-cpu-ml-scala2.13",
        "dag_id: /Users/me@example.com/rookery/penguins is a DIRECTORY, so no experiment can be there; "
        "rename the DAG",
        "data_root: dbfs:/rookery is a file; name a folder",
        "endpoint.name: the endpoint predict-penguin exists and was not made by Rookery (no tag "
        "rookery_dag_id); name another one in the plan, or delete it",
    ]


@pytest.mark.parametrize(
    ("request_", "answer", "mistake"),
    [
        (
            usable.NODE_TYPES,
            {"node_types": [{**usable.NODE_TYPE, "is_deprecated": True}]},
            "compute.node_type_id: Standard_DS3_v2 is deprecated here",
        ),
        (
            usable.NODE_TYPES,
            {"node_types": [{**usable.NODE_TYPE, "node_info": {"status": ["NotEnabledOnSubscription"]}}]},
            "compute.node_type_id: Standard_DS3_v2 is NotEnabledOnSubscription here",
        ),
        (
            usable.RUNTIMES,
            {"versions": []},
            "compute.spark_version: the workspace offers no machine-learning",
        ),
        (
            usable.DBFS,
            Reply(403, {"error_code": "PERMISSION_DENIED", "message": "Public DBFS root is disabled."}),
            "data_root: the workspace says: Public DBFS root is disabled; name a folder in a Volume",
        ),
        (
            usable.MODEL,
            Reply(404, {"error_code": "FEATURE_DISABLED", "message": "The model registry is disabled."}),
            "registry.registered_model_name: the workspace says: The model registry is disabled; a model in",
        ),
        (
            usable.MODEL,
            {"registered_model_databricks": {"name": "Penguin Predictor", "permission_level": "CAN_READ"}},
            "registry.registered_model_name: 'Penguin Predictor' is there with CAN_READ for you; CAN_EDIT",
        ),
        (
            usable.ENDPOINT,
            {"name": "predict-penguin", "tags": [{"key": "rookery_dag_id", "value": "foxes"}]},
            "endpoint.name: the endpoint predict-penguin exists and belongs to the DAG foxes",
        ),
        (
            usable.ENDPOINT,
            {"name": "predict-penguin", "tags": OF_ANOTHER_AIRFLOW},
            "endpoint.name: the endpoint predict-penguin exists and belongs to the DAG penguins of another "
            "Airflow installation, staging (this is here)",
        ),
        (
            usable.ENDPOINT,
            Reply(403, {"error_code": "PERMISSION_DENIED", "message": "You may not see it."}),
            "endpoint.name: the workspace says: You may not see it.",
        ),
    ],
)
def test_what_speaks_against_the_plan_is_a_mistake_of_it(
    databricks: Recorder, request_: str, answer: dict[str, Any] | Reply, mistake: str
) -> None:
    usable.answer_everything(databricks)
    databricks.answers(request_, answer)
    (found,) = mistakes(PLAN)
    assert found.startswith(mistake)
    assert "token-of-the-connection" not in found


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("15.4.x-scala2.12", "15.4 LTS (includes Apache Spark 3.5.0, Scala 2.12)"),
        ("15.4.x-gpu-ml-scala2.12", "15.4 LTS ML (includes Apache Spark 3.5.0, GPU, Scala 2.12)"),
        ("13.3.x-cpu-ml-scala2.12", "13.3 LTS ML (includes Apache Spark 3.4.1, Scala 2.12)"),
    ],
)
def test_a_named_runtime_must_be_one_that_could_be_chosen(databricks: Recorder, key: str, name: str) -> None:
    usable.answer_everything(databricks)
    databricks.answers(usable.RUNTIMES, {"versions": [{"key": key, "name": name}, usable.RUNTIME]})
    (found,) = mistakes(changed(compute={"spark_version": key}))
    assert found.startswith(
        f"compute.spark_version: {key} ({name}) cannot train: what is needed is a runtime"
    )
    assert found.endswith("it offers 18.x-cpu-ml-scala2.13")
    fine = changed(compute={"spark_version": usable.RUNTIME["key"]})
    assert resolve(fine)["plan"]["compute"]["spark_version"] == usable.RUNTIME["key"]


def test_in_unity_catalog_the_schema_and_the_volume_must_be_there(databricks: Recorder) -> None:
    usable.answer_everything(databricks)
    plan = changed(
        registry={"registered_model_name": "main.birds.penguins"},
        data_root="/Volumes/main/birds/files/rookery",
    )
    catalog = "GET /api/2.1/unity-catalog"
    missing = {"error_code": "SCHEMA_DOES_NOT_EXIST", "message": "Schema 'main.birds' does not exist."}
    databricks.answers(f"{catalog}/schemas/main.birds", Reply(404, missing))
    missing = {"error_code": "VOLUME_DOES_NOT_EXIST", "message": "Volume 'main.birds.files' does not exist."}
    databricks.answers(f"{catalog}/volumes/main.birds.files", Reply(404, missing))
    assert mistakes(plan) == [
        "data_root: the workspace says: Volume 'main.birds.files' does not exist; create the Volume once, by "
        "CREATE VOLUME main.birds.files or in Catalog Explorer, or name another",
        "registry.registered_model_name: the workspace says: Schema 'main.birds' does not exist; create the "
        "schema once, by CREATE SCHEMA main.birds, or name another",
    ]
    databricks.answers(f"{catalog}/schemas/main.birds", {"full_name": "main.birds"})
    databricks.answers(f"{catalog}/volumes/main.birds.files", {"full_name": "main.birds.files"})
    assert resolve(plan)["user_name"] == "me@example.com"


def test_a_new_account_s_workspace_is_told_with_what_to_name_instead(databricks: Recorder) -> None:
    usable.answer_everything(databricks)
    no_root = "Public DBFS root is disabled. Access is denied on path: /rookery"
    no_registry = "The legacy workspace model registry is disabled for the current Databricks workspace"
    for path, message in (
        ("dbfs/get-status", no_root),
        ("mlflow/databricks/registered-models/get", no_registry),
    ):
        refusal = {"error_code": "PERMISSION_DENIED", "message": message}
        databricks.answers(f"GET /api/2.0/{path}", Reply(403, refusal))
    assert mistakes(changed()) == [
        f"data_root: the workspace says: {no_root}; name a folder in a Volume, "
        "/Volumes/<catalog>/<schema>/<volume>/…",
        f"registry.registered_model_name: the workspace says: {no_registry}; a model in Unity Catalog is "
        "named catalog.schema.model",
    ]


CATALOG = "GET /api/2.1/unity-catalog"
IN_CATALOG = "main.birds.penguins"
SCHEMA_GRANTS = f"{CATALOG}/effective-permissions/schema/main.birds"
MODEL_GRANTS = f"{CATALOG}/effective-permissions/function/{IN_CATALOG}"


def in_unity_catalog(databricks: Recorder, *, model_owner: str | None = None) -> TrainingPlan:
    usable.answer_everything(databricks)
    databricks.answers(f"{CATALOG}/schemas/main.birds", {"owner": "boss@example.com"})
    if model_owner:
        databricks.answers(f"{CATALOG}/models/{IN_CATALOG}", {"owner": model_owner})
    return changed(registry={"registered_model_name": IN_CATALOG})


def granted(principal: str, *privileges: str) -> dict[str, Any]:
    return {"principal": principal, "privileges": [{"privilege": each} for each in privileges]}


def test_without_the_right_to_create_models_nothing_is_trained(databricks: Recorder) -> None:
    plan = in_unity_catalog(databricks)
    others = [granted("me@example.com", "USE_SCHEMA"), granted("you@example.com", "CREATE_MODEL")]
    databricks.answers(SCHEMA_GRANTS, {"privilege_assignments": others})
    assert mistakes(plan) == [
        "registry.registered_model_name: me@example.com lacks CREATE MODEL, so the model could not be "
        "registered after all the training; have it granted by boss@example.com: GRANT CREATE MODEL ON "
        "SCHEMA `main`.`birds` TO `me@example.com`"
    ]


def test_without_the_right_to_add_versions_nothing_is_trained(databricks: Recorder) -> None:
    plan = in_unity_catalog(databricks, model_owner="you@example.com")
    databricks.answers(MODEL_GRANTS, {"privilege_assignments": [granted("me@example.com", "EXECUTE")]})
    (found,) = mistakes(plan)
    statement = "GRANT CREATE MODEL VERSION ON FUNCTION `main`.`birds`.`penguins` TO `me@example.com`"
    assert found.endswith(f"have it granted by you@example.com: {statement}")


@pytest.mark.parametrize(
    "pages",
    [
        [{"privilege_assignments": [granted("me@example.com", "CREATE_MODEL")]}],
        [
            {"privilege_assignments": [], "next_page_token": "2"},
            {"privilege_assignments": [granted("me@example.com", "ALL_PRIVILEGES")]},
        ],
        [{"privilege_assignments": [granted("bird watchers", "CREATE_MODEL")]}],
        [Reply(403, {"error_code": "PERMISSION_DENIED", "message": "You may not see the grants."})],
    ],
)
def test_who_may_create_models_or_perhaps_may_is_not_stopped(databricks: Recorder, pages: list[Any]) -> None:
    plan = in_unity_catalog(databricks)
    databricks.answers(SCHEMA_GRANTS, *pages)
    assert resolve(plan)["user_name"] == "me@example.com"


@pytest.mark.parametrize(("owner", "asked"), [("me@example.com", 0), ("you@example.com", 1)])
def test_versions_are_added_by_the_owner_and_who_is_granted_it(
    databricks: Recorder, owner: str, asked: int
) -> None:
    plan = in_unity_catalog(databricks, model_owner=owner)
    mine = granted("me@example.com", "EXECUTE", "CREATE_MODEL_VERSION", "MANAGE")
    databricks.answers(MODEL_GRANTS, {"privilege_assignments": [mine]})
    assert resolve(plan)["user_name"] == "me@example.com"
    assert len(databricks.bodies(MODEL_GRANTS)) == asked


@pytest.mark.parametrize("privilege", ["CREATE_MODEL_VERSION", "ALL_PRIVILEGES"])
def test_without_the_right_to_mark_versions_nothing_is_trained(databricks: Recorder, privilege: str) -> None:
    plan = in_unity_catalog(databricks, model_owner="you@example.com")
    databricks.answers(MODEL_GRANTS, {"privilege_assignments": [granted("me@example.com", privilege)]})
    assert mistakes(plan) == [
        "registry.registered_model_name: me@example.com lacks MANAGE, so the version could not be marked as "
        "challenger or champion after all the training; have it granted by you@example.com: GRANT MANAGE ON "
        "FUNCTION `main`.`birds`.`penguins` TO `me@example.com`"
    ]


def test_a_doubt_about_the_right_is_told(databricks: Recorder) -> None:
    plan = in_unity_catalog(databricks)
    databricks.answers(SCHEMA_GRANTS, {"privilege_assignments": [granted("bird watchers", "CREATE_MODEL")]})
    names = RunNames("airflow", "penguins", "manual__1", "me@example.com")
    found = ask(workspace_client("databricks_default"), training_questions(plan, names))
    assert [each.text for each in found if each.subject == "registry"] == [
        f"{IN_CATALOG} will be created in Unity Catalog, if me@example.com is a member of bird watchers"
    ]


def test_what_an_earlier_run_has_made_is_no_mistake(databricks: Recorder) -> None:
    usable.answer_everything(databricks)
    databricks.answers(usable.OBJECT, {"object_type": "MLFLOW_EXPERIMENT", "path": "/Users/me@example.com/x"})
    databricks.answers(usable.DBFS, {"path": "/rookery", "is_dir": True})
    model = {"name": "Penguin Predictor", "permission_level": "CAN_MANAGE"}
    databricks.answers(usable.MODEL, {"registered_model_databricks": model})
    tags = {"rookery_dag_id": "penguins", "rookery_installation": "here"}
    found = [{"key": key, "value": value} for key, value in tags.items()]
    databricks.answers(usable.ENDPOINT, {"name": "predict-penguin", "tags": found})
    assert resolve()["user_name"] == "me@example.com"


def test_a_run_that_does_not_deploy_asks_for_no_endpoint(databricks: Recorder) -> None:
    usable.answer_everything(databricks)
    databricks.answers(usable.ENDPOINT, {"name": "predict-penguin", "tags": []})
    assert resolve(deploy=False)["plan"]["deploy"] is False


@pytest.mark.parametrize("request_", [usable.NODE_TYPES, usable.DBFS, usable.MODEL, usable.ENDPOINT])
def test_a_workspace_that_fails_to_answer_says_nothing_about_the_plan(
    databricks: Recorder, request_: str
) -> None:
    usable.answer_everything(databricks)
    databricks.answers(request_, Reply(500, {"error_code": "INTERNAL_ERROR", "message": "Oops."}))
    with pytest.raises(InternalError, match="Oops"):
        resolve()
