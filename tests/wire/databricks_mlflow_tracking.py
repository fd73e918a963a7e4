"""More of what a client of MLflow does with the tracking URI `databricks`: every call about experiments, runs
and their files that it makes of any Databricks workspace.

Steps as in `databricks_mlflow`. `python -m tests.wire.databricks_mlflow_tracking` takes all of them.
"""

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import mlflow
from mlflow.entities import Metric, Param, RunTag, ViewType
from mlflow.tracking import MlflowClient

from tests.wire.databricks_mlflow import HOME, code_of, new_experiment, require

ODD_NAMES = (
    *(
        "a%20b",
        "50%",
        "a+b",
        "a&b=c",
        "a;b",
        "a?b",
        "日本語/データ",
        ".hidden",
        "..two",
        "'single\"",
        "x" * 200,
    ),
    *("blank /at the end ", "a,b", "[1]", "{x}", "~", "$HOME", "*", "a|b", "@", "!", "(1)", "e\u0301"),
)


def experiments() -> None:
    """They are made, found, renamed, tagged, deleted and restored."""
    client, mark = MlflowClient(), uuid4().hex
    ids = [client.create_experiment(f"{HOME}/{mark}-{n}", tags={"mark": mark, "n": str(n)}) for n in range(3)]
    found = client.get_experiment(ids[0])
    require(found.artifact_location == f"dbfs:/databricks/mlflow-tracking/{ids[0]}", found)
    require((found.name, found.tags["mark"]) == (f"{HOME}/{mark}-0", mark), found)
    named = [client.get_experiment_by_name(f"{HOME}/{mark}-{n}") for n in (1, 77)]
    require([each and each.experiment_id for each in named] == [ids[1], None], "by name")
    require(
        code_of(lambda: client.create_experiment(f"{HOME}/{mark}-0")) == "RESOURCE_ALREADY_EXISTS", "twice"
    )
    require(code_of(lambda: client.get_experiment("987654321")) == "RESOURCE_DOES_NOT_EXIST", "no such id")
    client.rename_experiment(ids[1], f"{HOME}/{mark}-renamed")
    client.set_experiment_tag(ids[1], "said", "later")
    asked: dict[str, Any] = {
        "filter_string": f"name LIKE '{HOME}/{mark}%' AND tags.mark = '{mark}'",
        "order_by": ["name DESC"],
        "max_results": 2,
    }
    page = client.search_experiments(**asked)
    names = [each.name for each in (*page, *client.search_experiments(page_token=page.token, **asked))]
    require(names == [f"{HOME}/{mark}-{last}" for last in ("renamed", "2", "0")], names)
    client.delete_experiment(ids[2])
    require(client.get_experiment(ids[2]).lifecycle_stage == "deleted", "deleted")
    gone = client.search_experiments(ViewType.DELETED_ONLY, filter_string=f"tags.mark = '{mark}'")
    require([each.experiment_id for each in gone] == [ids[2]], gone)
    client.restore_experiment(ids[2])
    require(client.get_experiment(ids[2]).lifecycle_stage == "active", "restored")


def runs() -> None:
    """Parameters, metrics with their history, tags, searches in pages, and what is refused."""
    client, experiment = MlflowClient(), new_experiment()
    run = client.create_run(experiment, tags={"t": "xyz"}, run_name="the first").info.run_id
    client.log_param(run, "p", "1")
    client.log_param(run, "p", "1")
    require(code_of(lambda: client.log_param(run, "p", "2")) == "INVALID_PARAMETER_VALUE", "another value")
    now = int(time.time() * 1000)
    for first in (0, 1000):
        client.log_batch(run, metrics=[Metric("m", n / 10, now + n, n) for n in range(first, first + 1000)])
    client.log_batch(run, params=[Param("q", "a b"), Param("r", "é")], tags=[RunTag("u", "v")])
    client.log_metric(run, "nan", float("nan"))
    history = client.get_metric_history(run, "m")
    require([each.step for each in history] == list(range(2000)), len(history))
    client.delete_tag(run, "u")
    client.update_run(run, status="FAILED", name="renamed")
    others = [client.create_run(experiment, tags={"mlflow.parentRunId": run}).info.run_id for _ in range(4)]
    for number, each in enumerate(others):
        client.log_metric(each, "m", number)
        client.set_terminated(each)
    found = client.get_run(run)
    require(found.data.params == {"p": "1", "q": "a b", "r": "é"}, found.data.params)
    require(
        (found.info.status, found.info.run_name, "u" in found.data.tags) == ("FAILED", "renamed", False),
        found,
    )
    child = f"tags.`mlflow.parentRunId` = '{run}' and metrics.m >= 1 and attributes.status = 'FINISHED'"
    page = client.search_runs([experiment], child, order_by=["metrics.m DESC"], max_results=2)
    rest = client.search_runs([experiment], child, order_by=["metrics.m DESC"], page_token=page.token)
    require([each.info.run_id for each in (*page, *rest)] == others[:0:-1], (page, rest))
    where = f"attributes.artifact_uri = '{found.info.artifact_uri}'"
    require([each.info.run_id for each in client.search_runs([experiment], where)] == [run], where)
    client.delete_run(others[0])
    require(len(client.search_runs([experiment])) == 4, "without the deleted one")
    client.restore_run(others[0])
    require(len(client.search_runs([experiment])) == 5, "with the restored one")
    require(code_of(lambda: client.get_run("0" * 32)) == "RESOURCE_DOES_NOT_EXIST", "no such run")


def inputs_and_tables() -> None:
    """A data set that a run has read, and texts, objects and tables that it has written."""
    import pandas as pd

    rows = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    with mlflow.start_run(experiment_id=new_experiment()) as run:
        dataset: Any = mlflow.data.from_pandas(rows, name="rows")  # type: ignore[attr-defined]
        mlflow.log_input(dataset, context="training")
        mlflow.log_dict({"a": [1, {"b": "é"}]}, "deep/said.json")
        mlflow.log_text("a\ntext", "said.txt")
        mlflow.log_table(rows, "table.json")
        mlflow.log_table(rows, "table.json")
    client = MlflowClient()
    inputs: Any = client.get_run(run.info.run_id).inputs
    (read,) = inputs.dataset_inputs
    require((read.dataset.name, read.tags[0].value) == ("rows", "training"), read)
    table = client.load_table(run.info.experiment_id, "table.json", [run.info.run_id])
    require(len(table) == 4, "a table grows")
    require(
        mlflow.artifacts.load_dict(f"{run.info.artifact_uri}/deep/said.json") == {"a": [1, {"b": "é"}]},
        "JSON",
    )
    require(mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/said.txt") == "a\ntext", "text")


def files_of_odd_names() -> None:
    """What a file system can have comes back, one by one and as a folder."""
    client = MlflowClient()
    run = client.create_run(new_experiment()).info.run_id
    with tempfile.TemporaryDirectory() as folder:
        for name in ODD_NAMES:
            (Path(folder) / name).parent.mkdir(parents=True, exist_ok=True)
            (Path(folder) / name).write_text(name)
        client.log_artifacts(run, folder, "odd folder")
    listed = {each.path for each in client.list_artifacts(run, "odd folder") if not each.is_dir}
    require(listed == {f"odd folder/{name}" for name in ODD_NAMES if "/" not in name}, listed)
    with tempfile.TemporaryDirectory() as folder:
        client.download_artifacts(run, "odd folder", folder)
        for name in ODD_NAMES:
            require((Path(folder) / "odd folder" / name).read_text() == name, name)
    for name in ODD_NAMES:
        if "?" in name:  # which MLflow's client takes for the end of the path
            continue
        with tempfile.TemporaryDirectory() as folder:
            file = client.download_artifacts(run, f"odd folder/{name}", folder)
            require(Path(file).read_text() == name, name)


def many_files() -> None:
    """A folder with more files than a page of any list has."""
    client = MlflowClient()
    run = client.create_run(new_experiment()).info.run_id
    with tempfile.TemporaryDirectory() as folder:
        for number in range(1_050):
            (Path(folder) / f"{number:04d}").touch()
        client.log_artifacts(run, folder, "many")
    require(len(client.list_artifacts(run, "many")) == 1_050, "files of a folder")


def a_large_file() -> None:
    """One that goes in parts, and comes in ranges that are fetched at the same time."""
    client = MlflowClient()
    run = client.create_run(new_experiment()).info.run_id
    content = os.urandom(1024) * 60 * 1024
    with tempfile.TemporaryDirectory() as folder, _in_small_ranges():
        (Path(folder) / "large.bin").write_bytes(content)
        client.log_artifact(run, f"{folder}/large.bin")
        (Path(folder) / "back").mkdir()
        file = client.download_artifacts(run, "large.bin", f"{folder}/back")
        require(Path(file).read_bytes() == content, "a large file")


@contextmanager
def _in_small_ranges() -> Iterator[None]:
    said = {
        "MLFLOW_MULTIPART_DOWNLOAD_MINIMUM_FILE_SIZE": "20000000",
        "MLFLOW_MULTIPART_DOWNLOAD_CHUNK_SIZE": "20000000",
    }
    os.environ |= said
    yield
    for name in said:
        del os.environ[name]


def no_files() -> None:
    """What is not there is listed as nothing, and cannot be fetched."""
    client = MlflowClient()
    run = client.create_run(new_experiment()).info.run_id
    client.log_text(run, "x", "folder/file")
    require(client.list_artifacts(run, "nothing") == [], "a missing folder")
    require([each.path for each in client.list_artifacts(run, "folder")] == ["folder/file"], "a folder")
    if mlflow.__version__ != "3.0.1":  # which says nothing
        with tempfile.TemporaryDirectory() as folder:
            try:
                client.download_artifacts(run, "nothing", folder)
            except Exception:
                return
            raise AssertionError("a missing file was fetched")


STEPS = (experiments, runs, inputs_and_tables, files_of_odd_names, many_files, a_large_file, no_files)

if __name__ == "__main__":
    mlflow.set_tracking_uri("databricks")
    for step in STEPS:
        step()
        sys.stdout.write(f"{mlflow.__version__} {step.__name__}: ok\n")
