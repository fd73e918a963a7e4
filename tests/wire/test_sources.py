"""Sources that are read in place, by job runs: what `prepare` reads of them on a cluster."""

import io
import json
import secrets
from dataclasses import dataclass
from typing import Any

import pytest
from databricks.sdk.service.catalog import VolumeType
from databricks.sdk.service.jobs import RunOutput

from rookery import FilesSource, TableSource
from rookery.workspace import storage
from rookery.workspace.job_code import UploadedCode, installed_job_code, upload
from rookery.workspace.questions import ask
from rookery_jobs import contract
from rookery_jobs.contract import (
    FilesSourceSpec,
    Manifest,
    RandomSplitSpec,
    RunLayout,
    SnapshotSpec,
    SourceSpec,
    TableSourceSpec,
)
from tests.wire.running_workspace import PROJECT, RunningWorkspace
from tests.wire.spark_jobs import output, printed, shared_cluster, task

SAVE = """
import sys

csv, volume, table = sys.argv[1:]
rows = spark.read.csv(csv, header=True, inferSchema=True)
rows.write.parquet(volume)
rows.write.saveAsTable(table)
print("saved")
"""


@dataclass(frozen=True)
class Prepares:
    """A cluster on which an earlier run has saved the penguins: as Parquet in a Volume, and as a table."""

    workspace: RunningWorkspace
    cluster_id: str
    code: UploadedCode
    layout: RunLayout
    volume: str
    table: str

    def run(self, source: SourceSpec) -> tuple[SnapshotSpec, RunOutput]:
        """What was asked for, and how the run of `prepare` ended."""
        determining: dict[str, Any] = {
            "source": source,
            "categorical": ("Island",),
            "numeric": ("CulmenLength", "BodyMass"),
            "label": "Species",
            "split": RandomSplitSpec(0.15, 0.15, 42, None),
            "as_of_column": None,
            "as_of": None,
            "text_rule": contract.TEXT_RULE,
        }
        digest = contract.snapshot_digest(**determining)
        spec = SnapshotSpec(snapshot_path=self.layout.snapshot(digest), digest=digest, **determining)
        path = contract.spec_path(spec.snapshot_path)
        storage.write_text(self.workspace.client, path, spec.to_json())
        folder = self.code.code_folder
        script = task(self.cluster_id, f"{folder}/{contract.SCRIPT}", folder, "prepare", path)
        run_id = self.workspace.client.jobs.submit(run_name="prepare", tasks=[script]).run_id
        return spec, output(self.workspace, int(run_id))

    def manifest(self, source: SourceSpec) -> Manifest:
        """The manifest of the snapshot that was made."""
        asked, ended = self.run(source)
        assert ended.error is None, ended.error_trace
        pinned = SnapshotSpec.from_json(self.read(contract.pinned_path(asked.snapshot_path)))
        return Manifest.from_json(self.read(contract.manifest_path(pinned.snapshot_path)))

    def read(self, path: str) -> str:
        return storage.read_text(self.workspace.client, path)


@pytest.fixture(scope="module")
def prepares(workspace: RunningWorkspace) -> Prepares:
    client, name = workspace.client, f"birds_{secrets.token_hex(4)}"
    client.volumes.create(
        catalog_name="main", schema_name="default", name=name, volume_type=VolumeType.MANAGED
    )
    volume = f"/Volumes/main/default/{name}"
    client.files.upload(f"{volume}/penguins.csv", io.BytesIO((PROJECT / "data/penguins.csv").read_bytes()))
    cluster_id, table = shared_cluster(workspace), f"default.{name}"
    printed(workspace, SAVE, f"{volume}/penguins.csv", f"{volume}/parquet", table, cluster_id=cluster_id)
    code = upload(client, f"/Shared/{name}", installed_job_code())
    layout = RunLayout(f"{volume}/rookery", "penguins", "manual__1")
    return Prepares(workspace, cluster_id, code, layout, volume, table)


def test_parquet_in_a_volume_and_a_table_that_an_earlier_run_saved_are_read_in_place(
    prepares: Prepares,
) -> None:
    files = prepares.manifest(FilesSourceSpec(f"{prepares.volume}/parquet", "parquet"))
    table = prepares.manifest(TableSourceSpec(prepares.table, missing=("NA",)))
    assert (files.rows_read, files.rows_kept) == (table.rows_read, table.rows_kept) == (344, 342)
    assert (files.rows, files.class_counts) == (table.rows, table.class_counts)
    listed = json.loads(prepares.read(contract.listing_path(files.snapshot.snapshot_path)))
    there = {each.name: each.file_size for each in _contents(prepares, f"{prepares.volume}/parquet")}
    assert {name: size for name, size, _ in listed} == {
        name: size for name, size in there.items() if str(name).endswith(".parquet")
    }


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (FilesSourceSpec("s3://bucket/penguins", "parquet"), "has no file system for it ("),
        pytest.param(
            FilesSourceSpec("abfss://c@a.dfs.core.windows.net/p", "csv"),
            "has no file system for it (",
            marks=pytest.mark.matrix,
        ),
        (TableSourceSpec("main.default.penguins"), "the source main.default.penguins cannot be read"),
        (TableSourceSpec("default.nothing"), "TABLE_OR_VIEW_NOT_FOUND"),
    ],
)
def test_what_this_workspace_does_not_have_is_refused_in_words(
    prepares: Prepares, source: SourceSpec, told: str
) -> None:
    _, ended = prepares.run(source)
    assert "DataError" in str(ended.error)
    assert told in str(ended.error)


def test_a_plan_that_names_a_table_of_unity_catalog_is_told_that_there_is_none(
    workspace: RunningWorkspace,
) -> None:
    (finding,) = ask(workspace.client, TableSource(name="main.default.penguins").questions())
    assert not finding.ok
    assert finding.text.startswith("the workspace says: Table 'main.default.penguins' does not exist; name")
    assert list(workspace.client.tables.list("main", "default")) == []


def test_the_workspace_says_whether_files_are_there(prepares: Prepares) -> None:
    paths = [f"{prepares.volume}/{name}" for name in ("parquet", "penguins.csv", "nothing")]
    found = [ask(prepares.workspace.client, FilesSource(path=path).questions()) for path in paths]
    assert [finding.ok for (finding,) in found] == [True, True, False]
    assert [finding.text.split(" /", 1)[0] for (finding,) in found] == [
        "the folder",
        "the file",
        "there is no file or folder",
    ]


def test_a_version_of_a_table_without_versions_is_refused_in_words(prepares: Prepares) -> None:
    _, ended = prepares.run(TableSourceSpec(prepares.table, 3))
    assert "has no versions, as it is parquet" in str(ended.error)


def _contents(prepares: Prepares, folder: str) -> list[Any]:
    return list(prepares.workspace.client.files.list_directory_contents(folder))
