"""A workspace of the kind `unity`: what a new account has, and what it has not."""

import io
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from databricks.sdk.errors import PermissionDenied
from databricks.sdk.service.catalog import VolumeType

from local_stack.runs import left_behind
from tests.wire.running_workspace import RunningWorkspace, command
from tests.wire.spark_jobs import output, printed, submit

VOLUME = "/Volumes/main/default/kinds"


@pytest.fixture(scope="module")
def unity(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningWorkspace]:
    """A workspace without DBFS root and workspace registry, with one volume."""
    running = RunningWorkspace.start(tmp_path_factory.mktemp("unity") / "root", "--kind", "unity")
    running.client.volumes.create("main", "default", "kinds", VolumeType.MANAGED)
    yield running
    running.end_quietly()


def test_the_dbfs_root_is_disabled(unity: RunningWorkspace) -> None:
    dbfs, refusal = unity.client.dbfs, "Public DBFS root is disabled. Access is denied on path: /rookery"
    for call in (
        lambda: dbfs.get_status("dbfs:/rookery"),
        lambda: dbfs.mkdirs("/rookery"),
        lambda: dbfs.put("/rookery", contents="", overwrite=True),
        lambda: list(dbfs.list("/rookery")),
    ):
        with pytest.raises(PermissionDenied) as caught:
            call()
        assert str(caught.value).startswith(refusal)


def test_the_workspace_registry_is_disabled_to_every_client(unity: RunningWorkspace) -> None:
    registry, refusal = unity.client.model_registry, "The legacy workspace model registry is disabled"
    for call in (
        lambda: registry.get_model("Penguin Predictor"),
        lambda: registry.create_model("Penguin Predictor"),
        lambda: list(registry.search_models()),
        lambda: list(registry.search_model_versions()),
    ):
        with pytest.raises(PermissionDenied, match=refusal):
            call()
    answer = unity.call("GET", "/ajax-api/2.0/mlflow/registered-models/search")
    assert (answer.status_code, answer.json()["error_code"]) == (403, "PERMISSION_DENIED")


def test_what_a_run_left_in_a_volume_is_found_however_deep_it_lies(
    unity: RunningWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(left_behind, "PATIENCE_SECONDS", 0)
    run, staged = f"{VOLUME}/a_dag/manual__1", "tmp/try/staged.txt"
    for name in (staged, "snapshots/1/manifest.json"):
        unity.client.files.upload(f"{run}/{name}", io.BytesIO(b"x"))
    found = left_behind.left_behind(unity.client, VOLUME, keep_endpoint=True)
    assert [one for one in found if "file" in one] == [f"staging file {run}/{staged}"]


def test_spark_and_the_files_api_see_the_same_volume(unity: RunningWorkspace) -> None:
    unity.client.files.upload(f"{VOLUME}/in/a.csv", io.BytesIO(b"a,b\n1,x\n2,y\n"))
    source = f"""
rows = spark.read.csv("{VOLUME}/in", header=True)
rows.write.mode("overwrite").parquet("dbfs:{VOLUME}/out")
print(spark.read.parquet("{VOLUME}/out").count())
"""
    assert printed(unity, source).strip() == "2"
    written = [str(each.name) for each in unity.client.files.list_directory_contents(f"{VOLUME}/out")]
    assert "_SUCCESS" in written
    assert not [name for name in written if name.endswith(".crc")]


def test_plain_python_the_shell_and_spark_s_workers_find_the_volume(unity: RunningWorkspace) -> None:
    source = f"""
import pathlib, subprocess
pathlib.Path("{VOLUME}/plain.txt").write_text("by Python")
print(subprocess.check_output(["cat", "{VOLUME}/plain.txt"], text=True))
print(sc.parallelize([1], 1).map(lambda _: open("{VOLUME}/plain.txt").read()).first())
"""
    assert printed(unity, source).split() == ["by", "Python", "by", "Python"]
    downloaded = unity.client.files.download(f"{VOLUME}/plain.txt").contents
    assert downloaded is not None
    assert downloaded.read() == b"by Python"


def test_a_job_cannot_write_where_no_dbfs_root_is(unity: RunningWorkspace) -> None:
    source = 'spark.range(3).write.mode("overwrite").parquet("dbfs:/rookery/out")'
    assert output(unity, submit(unity, source)).error
    assert not (unity.root / "dbfs" / "rookery").exists()


def test_tables_have_a_place_without_a_dbfs_root(unity: RunningWorkspace) -> None:
    source = 'spark.range(3).write.saveAsTable("kept"); print(spark.table("kept").count())'
    assert printed(unity, source).strip() == "3"


def test_a_root_keeps_its_kind(unity: RunningWorkspace, tmp_path: Path) -> None:
    assert (unity.root / "kind").read_text() == "unity\n"
    (tmp_path / "kind").write_text("unity\n")
    refused = subprocess.run(
        command("serve", "--root", str(tmp_path), "--port", "0", "--kind", "classic"),
        capture_output=True,
        text=True,
    )
    assert refused.returncode == 2
    assert "is the root of a workspace of the kind unity: serve it with --kind unity" in refused.stderr


def test_classic_is_the_default(workspace: RunningWorkspace) -> None:
    assert (workspace.root / "kind").read_text() == "classic\n"
    assert workspace.client.dbfs.get_status("/").is_dir
