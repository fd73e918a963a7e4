"""Compressed files: the same rows are the same source, and nothing unpacks without end."""

import bz2
import gzip
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk import DAG

from rookery import CsvSource
from rookery.exceptions import DownloadError
from rookery.operators.download import DownloadDataOperator
from rookery.sources.fetching.compressed import unpack
from rookery.sources.landing import Limits
from tests.fast.airflow.tasks import DagRun, TaskInstance
from tests.plans import PLAN
from tests.recorder import Recorder

CSV = b"Island,BodyMass,Species\n" + b"Biscoe,4450,0\nDream,3800,1\n" * 3


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project's data folder."""
    monkeypatch.setenv("ROOKERY_DATA_FOLDER", str(tmp_path))
    return tmp_path


def download(url: str, limits: Limits | None = None, **source: Any) -> dict[str, Any]:
    plan = {**PLAN.model_dump(mode="json"), "source": {"url": url, **source}}
    with DAG("penguins"):
        operator = DownloadDataOperator(task_id="download_data", plan=plan, limits=limits)
    context: Any = {"ti": TaskInstance("download_data"), "dag_run": DagRun()}
    return operator.execute(context)


def test_a_compressed_file_lands_as_the_file_that_is_in_it(data: Path, databricks: Recorder) -> None:
    (data / "birds.csv").write_bytes(CSV)
    (data / "birds.csv.gz").write_bytes(gzip.compress(CSV))
    (data / "in-two-parts").write_bytes(gzip.compress(CSV[:30]) + gzip.compress(CSV[30:]))
    plain, *others = [download(f"data/{name}") for name in ("birds.csv", "birds.csv.gz", "in-two-parts")]
    for other in others:
        assert (other["sha256"], other["size"]) == (plain["sha256"], plain["size"])
    assert others[0]["path"] == plain["path"]
    assert databricks.files[plain["path"].removeprefix("dbfs:")] == CSV


def test_a_compressed_file_may_be_written_in_any_way_that_a_plan_can_say(
    data: Path, databricks: Recorder
) -> None:
    text = "Island;BodyMass;Species\nÎle;4450,5;0\nDream;k. A.;1\n"
    (data / "birds.csv.gz").write_bytes(gzip.compress(text.encode("windows-1252")))
    said: dict[str, Any] = {
        "delimiter": ";",
        "decimal": ",",
        "encoding": "windows-1252",
        "missing": ["k. A."],
    }
    with pytest.raises(DownloadError, match="1 of 2 rows are incomplete"):
        download("data/birds.csv.gz", **said)
    assert list(CsvSource(url="data/birds.csv.gz", **said).mistakes_here("", PLAN.wanted()))
    assert [call for call in databricks.calls if "/api/" in call.path] == []


def test_the_check_reads_a_compressed_file_of_the_project(data: Path) -> None:
    (data / "birds.csv.gz").write_bytes(gzip.compress(CSV + b"Dream,heavy,0\n"))
    (mistake,) = CsvSource(url="data/birds.csv.gz").mistakes_here("", PLAN.wanted())
    assert "row 7: column 'BodyMass' has 'heavy'" in mistake.text


def test_a_file_that_unpacks_without_end_is_refused_before_it_fills_the_disk(
    data: Path, databricks: Recorder
) -> None:
    (data / "bomb.csv.gz").write_bytes(gzip.compress(CSV + b"\0" * 20_000_000))
    with pytest.raises(DownloadError, match="has more than the 1000000 bytes allowed once it is unpacked"):
        download("data/bomb.csv.gz", Limits(size=1_000_000))
    target = io.BytesIO()
    with pytest.raises(DownloadError):
        unpack((data / "bomb.csv.gz").open("rb"), target, "bomb", 1_000_000)
    assert len(target.getvalue()) <= 1_000_000
    assert [call for call in databricks.calls if "/api/" in call.path] == []


def archive() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr("birds.csv", CSV)
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (gzip.compress(CSV, mtime=0)[:-9], "is a broken gzip file"),
        (gzip.compress(CSV, mtime=0)[:20] + b"?" * 40, "is a broken gzip file"),
        (archive(), "is a zip archive, not CSV: unpack it"),
        (bz2.compress(CSV), "is bzip2, not CSV"),
        (b"PAR1....PAR1", "is Parquet, not CSV: .*FilesSource"),
        (b"\xd0\xcf\x11\xe0....", "is a workbook of a spreadsheet, not CSV: save its sheet as CSV"),
    ],
    ids=["cut off", "garbled", "zip", "bzip2", "parquet", "workbook"],
)
def test_what_cannot_be_unpacked_is_told(data: Path, databricks: Recorder, content: bytes, told: str) -> None:
    (data / "birds.csv.gz").write_bytes(content)
    with pytest.raises(DownloadError, match=f"data/birds.csv.gz {told}"):
        download("data/birds.csv.gz")
    assert [call for call in databricks.calls if "/api/" in call.path] == []


def test_a_workbook_is_not_told_to_be_unpacked() -> None:
    with pytest.raises(DownloadError, match=r"Birds\.XLSX is a workbook of a spreadsheet, not CSV"):
        unpack(io.BytesIO(archive()), io.BytesIO(), "Birds.XLSX", 1_000_000)
