"""Files that are read in place: which paths may be named, and that nothing is copied."""

from typing import Any

import pytest
from airflow.sdk import DAG

from rookery import FilesSource, PlanError, TrainingPlan
from rookery.form.run_conf import resolve
from rookery.operators.download import DownloadDataOperator
from rookery.operators.snapshot import PrepareDataOperator, snapshot_spec
from rookery.sources.places import place_problem
from rookery_jobs.contract import CsvFormat, FilesSourceSpec, Manifest, Origin
from tests.fast.airflow.job_runs import GET, SUBMIT, run
from tests.fast.airflow.tasks import DagRun, TaskInstance, context_of
from tests.plans import PENGUINS
from tests.recorder import Recorder

PLACE = "abfss://data@store.dfs.core.windows.net/penguins"


def plan(**source: Any) -> TrainingPlan:
    return TrainingPlan.model_validate({**PENGUINS, "source": {"kind": "files", "path": PLACE, **source}})


@pytest.mark.parametrize(
    "path",
    [
        "dbfs:/data/penguins.parquet",
        "/Volumes/main/default/in/penguins/",
        "s3://bucket",
        "s3://bucket/year=2026/a b+ü.parquet",
        PLACE,
        "gs://bucket/penguins",
    ],
)
def test_files_in_the_workspace_and_in_cloud_stores_may_be_named(path: str) -> None:
    assert place_problem(path) is None


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("/data/penguins.csv", "does not begin with dbfs:/, /Volumes/"),
        ("file:/etc/passwd", "does not begin with"),
        ("s3a://bucket/x", "does not begin with"),
        ("dbfs:/in/../secret", "'..'"),
        ("/Volumes/main/default/in/./x", "'.'"),
        ("dbfs:/in//x", "an empty step"),
        ("dbfs:/", "names no file or folder"),
        ("/Volumes/main/default", "must be /Volumes/<catalog>"),
        ("dbfs:/Volumes/main/default/in/x", "write '/Volumes/main/default/in/x'"),
        ("dbfs:/in/*.parquet", "a character that means"),
        ("s3://bucket/a%2e%2e/x", "a character that means"),
        ("dbfs:/in/a\nb", "a character that means"),
        ("s3://key:secret@bucket/x", "it carries a key"),
        ("gs://me@bucket/x", "it carries a key"),
        ("abfss://store.dfs.core.windows.net/x", "must be abfss://<container>@<account>"),
        ("s3:///x", "names no bucket"),
    ],
)
def test_any_other_path_is_refused_in_words(path: str, problem: str) -> None:
    told = place_problem(path)
    assert told is not None
    assert problem in told
    assert "key:secret" not in told
    with pytest.raises(PlanError, match=r"source\.path"):
        plan(path=path)


def test_the_path_is_a_field_of_the_form() -> None:
    resolved = resolve(plan(), {"source_path": "s3://bucket/other"})
    assert resolved.plan.source == FilesSource(path="s3://bucket/other")
    with pytest.raises(PlanError, match=r"source_path: 'file:/etc' does not begin with"):
        resolve(plan(), {"source_path": "file:/etc"})


def test_nothing_is_copied_and_the_job_run_is_asked_for_the_snapshot_of_what_it_finds(
    databricks: Recorder,
) -> None:
    used = plan(format="csv", missing=["NA"], delimiter=";", decimal=",", encoding="ISO-8859-1")
    with DAG("penguins"):
        landing = DownloadDataOperator(task_id="download_data", plan=used.model_dump(mode="json"))
    context: Any = {"ti": TaskInstance("download_data"), "dag_run": DagRun()}
    handed_on = landing.execute(context)
    assert [call for call in databricks.calls if "/api/" in call.path] == []
    asked = snapshot_spec(used, handed_on, Origin("penguins", "manual__1", None, 1))
    written = CsvFormat(delimiter=";", decimal=",", encoding="ISO-8859-1")
    assert asked.source == FilesSourceSpec(PLACE, "csv", ("NA",), csv=written)
    made = asked.pinned(FilesSourceSpec(PLACE, "csv", ("NA",), 1, 7, "0" * 64, written))
    assert asked.pinned(FilesSourceSpec(PLACE, "csv", ("NA",), 1, 7, "0" * 64)).digest != made.digest
    manifest = Manifest(made, {}, 3, 0, 1, 2, {"train": 1, "test": 1}, {}, {})
    _holds(databricks, asked.snapshot_path, "pinned.json", made.to_json())
    _holds(databricks, made.snapshot_path, "manifest.json", manifest.to_json())
    databricks.answers(SUBMIT, {"run_id": 7})
    databricks.answers(GET, run(7, "TERMINATED", "SUCCESS"))
    preparing = PrepareDataOperator(
        task_id="prepare_data",
        plan=used.model_dump(mode="json"),
        source=handed_on,
        existing_cluster_id="c1",
        code_folder="/Workspace/code",
    )
    instance = TaskInstance("prepare_data")
    preparing.execute(context_of(instance))
    assert instance.pushed["snapshot_digest"] == made.digest != asked.digest
    assert instance.pushed["snapshot_path"] == made.snapshot_path


@pytest.mark.parametrize(
    ("content", "word"),
    [({}, "there is no file or folder"), ({"/in/p": b""}, "the file dbfs:/in/p is there")],
)
def test_the_workspace_is_asked_whether_the_files_are_there(
    databricks: Recorder, content: dict[str, bytes], word: str
) -> None:
    from rookery.hooks.databricks import workspace_client
    from rookery.workspace.questions import ask

    databricks.files |= content
    (finding,) = ask(workspace_client("databricks_default"), FilesSource(path="dbfs:/in/p").questions())
    assert word in finding.text
    assert finding.ok == bool(content)


def _holds(databricks: Recorder, folder: str, name: str, text: str) -> None:
    databricks.files[f"{folder.removeprefix('dbfs:')}/{name}"] = text.encode()
