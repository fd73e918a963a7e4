"""Which version scores which files; and a run with nothing to do ends before it costs anything."""

from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest
from airflow.sdk import Asset
from airflow.sdk.exceptions import AirflowSkipException

from rookery import BatchScoring, PlanError, model_asset
from rookery.operators.bases.own_state import SKIPPED_BECAUSE
from rookery.operators.scoring import ResolveScoringOperator, ScoreOperator
from rookery_jobs.contract import CsvFormat, Origin, ScoringReport, ScoringSpec
from tests.fast.airflow.job_runs import GET, SUBMIT, run
from tests.fast.airflow.tasks import TaskInstance, context_of
from tests.fast.airflow.usable_workspace import NODE_TYPE, NODE_TYPES, RUNTIME, RUNTIMES
from tests.plans import SCORING as PLAN
from tests.recorder import Recorder, Reply

NAME = "Penguin Predictor"
ASSET = model_asset(NAME)
ENDPOINTS = "GET /api/2.0/serving-endpoints"
LIST = "GET /api/2.0/dbfs/list"
VERSION = "GET /api/2.0/mlflow/model-versions/get"
VERSIONS = "GET /api/2.0/mlflow/model-versions/search"
MISSING = Reply(404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "No file or directory exists"})


class Event(NamedTuple):
    """What the operator reads of an asset event."""

    timestamp: datetime
    extra: dict[str, Any]


def event(version: object, day: int = 1, **extra: object) -> Event:
    return Event(datetime(2026, 1, day, tzinfo=UTC), {"version": version, **extra})


def backfilled(version: str) -> Event:
    return event(version, backfill=True, generation=1)


@pytest.fixture
def workspace(databricks: Recorder) -> Recorder:
    """A workspace with the versions 2 and 10, two CSV files, and no scoring yet."""
    databricks.answers("GET /api/2.0/preview/scim/v2/Me", {"userName": "me@example.com"})
    databricks.answers(NODE_TYPES, {"node_types": [NODE_TYPE]})
    databricks.answers(RUNTIMES, {"versions": [RUNTIME]})
    databricks.answers(ENDPOINTS, {})
    databricks.answers(VERSION, {"model_version": {"name": NAME}})
    versions = [{"name": NAME, "version": version, "status": "READY"} for version in ("2", "10")]
    pending = {"name": NAME, "version": "11", "status": "PENDING_REGISTRATION"}
    databricks.answers(VERSIONS, {"model_versions": [*versions, pending]})
    names = ("b.csv", "a.CSV", "_c.csv", ".d.csv", "notes.txt")
    listed = [{"path": f"/in/{name}", "file_size": 7, "modification_time": 1700} for name in names]
    databricks.answers(LIST, {"files": [*listed, {"path": "/in/old.csv", "is_dir": True}]})
    databricks.files["/in/b.csv"] = b"a,b\n1,2"
    return databricks


def resolve(*events: Event, instance: TaskInstance | None = None, **conf: Any) -> dict[str, Any]:
    instance = instance or TaskInstance("resolve_scoring")
    operator = ResolveScoringOperator(task_id="resolve_scoring", plan=PLAN, other_keys=("note",))
    triggering: dict[Asset, tuple[Event, ...]] = {ASSET: events} if events else {}
    context: Any = {**context_of(instance, **conf), "triggering_asset_events": triggering}
    operator.execute(context)
    return instance.pushed


def test_how_the_files_are_read_is_in_the_spec_and_its_digest(
    workspace: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve(version=2)
    usual = written(workspace).digest
    workspace.files = {path: content for path, content in workspace.files.items() if "/rookery/" not in path}
    said = {"delimiter": ";", "decimal": ",", "missing": ["NA"], "encoding": "windows-1252"}
    monkeypatch.setattr(f"{__name__}.PLAN", BatchScoring.model_validate({**PLAN.model_dump(), **said}))
    resolve(version=2)
    spec = written(workspace)
    assert spec.digest != usual
    assert (spec.csv, spec.missing) == (
        CsvFormat(delimiter=";", decimal=",", encoding="windows-1252"),
        ("NA",),
    )
    typed = BatchScoring.model_validate({**PLAN.model_dump(), "format": "parquet"})
    monkeypatch.setattr(f"{__name__}.PLAN", typed)
    with pytest.raises(AirflowSkipException, match="there is no Parquet file in dbfs:/in"):
        resolve(version=2)


def written_paths(workspace: Recorder) -> list[str]:
    return [path for path in workspace.files if path.startswith("/rookery/")]


def written(workspace: Recorder) -> ScoringSpec:
    (path,) = written_paths(workspace)
    return ScoringSpec.from_json(workspace.files[path].decode())


def test_the_spec_names_the_version_and_the_csv_files_of_the_folder(workspace: Recorder) -> None:
    pushed = resolve(event("2"))
    spec = written(workspace)
    assert (spec.registered_model_name, spec.model_version) == (NAME, "2")
    assert [(each.path, each.size, each.modified) for each in spec.files] == [
        ("dbfs:/in/a.CSV", 7, 1700),
        ("dbfs:/in/b.csv", 7, 1700),
    ]
    assert spec.output_path == f"dbfs:/out/version-2/{spec.digest}"
    assert spec.origin == Origin("penguins", "manual__1", None, 1)
    shown = pushed.pop("_link_ModelVersionLink")
    assert shown.endswith("/ml/models/Penguin%20Predictor/versions/2")
    assert BatchScoring.model_validate(pushed.pop("plan")) == PLAN
    path = pushed.pop("spec_path")
    assert path.startswith("dbfs:/rookery/here/penguins/manual__1-")
    assert path.removeprefix("dbfs:") in workspace.files
    assert pushed == {
        "report_path": f"{spec.output_path}/scoring.json",
        "owner": "here/penguins/manual__1",
        "cluster_name": "rookery here penguins manual__1",
        "code_root": "/Users/me@example.com/rookery_code",
        "user_name": "me@example.com",
    }


def serving(name: str, version: str, installation: str = "here", ready: str = "READY") -> dict[str, Any]:
    """An endpoint as the list of all shows it."""
    entities = [{"name": f"m-{version}", "entity_name": NAME, "entity_version": version}]
    tags = {"rookery_dag_id": "penguins", "rookery_installation": installation}
    return {
        "name": name,
        "state": {"ready": ready, "config_update": "NOT_UPDATING"},
        "config": {"served_entities": entities},
        "tags": [{"key": key, "value": value} for key, value in tags.items()],
    }


def test_by_hand_the_version_that_is_served_scores_not_the_newest(workspace: Recorder) -> None:
    others = [serving("theirs", "9", installation="there"), serving("starting", "8", ready="NOT_READY")]
    workspace.answers(ENDPOINTS, {"endpoints": [*others, serving("predict-penguin", "2")]})
    resolve()
    assert written(workspace).model_version == "2"


def test_of_several_that_are_served_the_highest_scores(workspace: Recorder) -> None:
    workspace.answers(ENDPOINTS, {"endpoints": [serving("a", "9"), serving("b", "10"), serving("c", "2")]})
    resolve()
    assert written(workspace).model_version == "10"


def test_a_workspace_that_lists_no_endpoints_is_scored_with_the_newest(workspace: Recorder) -> None:
    denied = {"error_code": "PERMISSION_DENIED", "message": "serving is not enabled"}
    workspace.answers(ENDPOINTS, Reply(403, denied))
    resolve()
    assert written(workspace).model_version == "10"


@pytest.mark.parametrize(
    ("events", "conf", "version"),
    [
        ([event("2")], {}, "2"),
        ([event("3", day=2), event("10", day=1), event("4", day=3)], {}, "10"),
        ([backfilled("4"), event("3")], {}, "3"),
        ([event("10", generation=2)], {}, "10"),
        ([backfilled("4")], {"version": 4}, "4"),
        ([event("2")], {"version": 5}, "5"),
        ([event("2")], {"version": None, "note": "x"}, "2"),
        ([], {}, "10"),
        ([event(None)], {}, "10"),
        ([event("1; drop")], {}, "10"),
    ],
    ids=[
        "event",
        "highest event",
        "not a backfill's",
        "cleared and still the newest",
        "a backfill's that is asked for",
        "conf",
        "empty field",
        "newest version",
        "event by hand",
        "hostile event",
    ],
)
def test_the_version_is_the_confs_or_the_highest_of_the_events_or_the_newest(
    workspace: Recorder, events: list[Event], conf: dict[str, Any], version: str
) -> None:
    resolve(*events, **conf)
    assert written(workspace).model_version == version


@pytest.mark.parametrize(
    ("events", "reason"),
    [
        ([backfilled("3"), backfilled("4")], "are a backfill's, not told to deploy"),
        ([event("2", generation=2)], "version 2 was found again by a cleared run; the newest is 10"),
    ],
)
def test_models_of_the_past_do_not_score_todays_files(
    workspace: Recorder, events: list[Event], reason: str
) -> None:
    with pytest.raises(AirflowSkipException, match=reason):
        resolve(*events)
    assert written_paths(workspace) == []


@pytest.mark.parametrize(
    ("conf", "message"),
    [
        ({"versoin": 1}, "unknown keys: 'versoin'; known are version, note"),
        ({"version": "1"}, "version = '1'; it must be a whole number from 1"),
        ({"version": True}, "version = True"),
        ({"version": 0}, "version = 0"),
    ],
)
def test_a_bad_conf_is_refused_before_anything_is_asked(
    databricks: Recorder, conf: dict[str, Any], message: str
) -> None:
    with pytest.raises(PlanError, match=message):
        resolve(**conf)
    assert databricks.calls == []


def test_a_version_that_is_not_there_is_refused(workspace: Recorder) -> None:
    workspace.answers(VERSION, MISSING)
    with pytest.raises(PlanError, match="the model 'Penguin Predictor' has no version 7"):
        resolve(version=7)
    workspace.answers(VERSIONS, {})
    with pytest.raises(PlanError, match="has no version: register one first"):
        resolve()
    assert written_paths(workspace) == []


@pytest.mark.parametrize("listed", [[], [{"path": "/in/notes.txt"}]])
def test_without_a_csv_file_the_run_is_skipped(workspace: Recorder, listed: list[dict[str, Any]]) -> None:
    workspace.answers(LIST, {"files": listed})
    with pytest.raises(AirflowSkipException, match="there is no CSV file in dbfs:/in"):
        resolve(event("2"))
    assert written_paths(workspace) == []


def test_a_run_with_nothing_to_score_leaves_the_reason_for_its_verdict(workspace: Recorder) -> None:
    workspace.answers(LIST, {"files": []})
    instance = TaskInstance("resolve_scoring")
    with pytest.raises(AirflowSkipException):
        resolve(event("2"), instance=instance)
    assert "there is no CSV file" in instance.pushed[SKIPPED_BECAUSE]


def test_without_the_folder_the_run_is_skipped(workspace: Recorder) -> None:
    workspace.files.clear()
    with pytest.raises(AirflowSkipException, match="there is no CSV file in dbfs:/in"):
        resolve(event("2"))


def test_files_that_the_version_has_scored_are_not_scored_again(workspace: Recorder) -> None:
    resolve(event("2"))
    workspace.files[written(workspace).report_path.removeprefix("dbfs:")] = b"{}"
    with pytest.raises(AirflowSkipException, match="version 2 has scored exactly these files: dbfs:/out/"):
        resolve(event("2"))


def test_the_rows_that_were_scored_and_rejected_come_back_from_the_report(databricks: Recorder) -> None:
    report = ScoringReport(NAME, "2", "dbfs:/out/p", ("a.csv",), 3, 2, 1, Origin("d", "r", None, 1))
    databricks.answers(SUBMIT, {"run_id": 7})
    databricks.answers(GET, run(7, "TERMINATED", "SUCCESS"))
    databricks.files["/out/scoring.json"] = report.to_json().encode()
    operator = ScoreOperator(
        task_id="score",
        spec_path="dbfs:/spec.json",
        report_path="dbfs:/out/scoring.json",
        existing_cluster_id="c1",
        code_folder="/Workspace/code",
    )
    returned = operator.execute(context_of(TaskInstance("score")))
    assert returned == {"predictions_path": "dbfs:/out/p", "rows": 3, "scored": 2, "rejected": 1}
    parameters = databricks.bodies(SUBMIT)[0]["tasks"][0]["spark_python_task"]["parameters"]
    assert parameters == ["/Workspace/code", "score", "dbfs:/spec.json"]


def test_a_cluster_that_the_workspace_does_not_offer_is_refused_before_anything_is_written(
    workspace: Recorder,
) -> None:
    workspace.answers(NODE_TYPES, {"node_types": []})
    with pytest.raises(PlanError, match=r"compute\.node_type_id: .*Standard_DS3_v2"):
        resolve(event("2"))
    assert written_paths(workspace) == []


def test_folders_that_a_new_account_has_not_are_told_before_a_version_is_looked_for(
    workspace: Recorder,
) -> None:
    no_root = "Public DBFS root is disabled. Access is denied on path: /in"
    refusal = {"error_code": "PERMISSION_DENIED", "message": no_root}
    for call in ("get-status", "list"):
        workspace.answers(f"GET /api/2.0/dbfs/{call}", Reply(403, refusal))
    with pytest.raises(PlanError) as caught:
        resolve(event("2"))
    told = [str(mistake) for mistake in caught.value.mistakes]
    assert [each.partition(":")[0] for each in told] == ["data_root", "input_path", "output_path"]
    assert all("name a folder in a Volume" in each for each in told)
    assert workspace.bodies(VERSION) == []
