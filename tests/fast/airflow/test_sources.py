"""The source is checked before anything costs money, and goes to DBFS or a Volume by the same code."""

import io
from pathlib import Path
from typing import Any

import pytest

from rookery import TrainingPlan
from rookery.exceptions import DownloadError
from rookery.operators.storage import check_header, data_folder, project_file
from tests.fast.airflow.conftest import PROJECT
from tests.fast.airflow.test_params import PLAN


def plan(**changes: Any) -> TrainingPlan:
    return TrainingPlan.model_validate({**PLAN.model_dump(), **changes})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "penguins.csv").write_text("Island,BodyMass,Species\n")
    (tmp_path / "secret.csv").write_text("Island,BodyMass,Species\n")
    return tmp_path / "data"


def test_a_project_file_is_found_beside_the_dags_folder() -> None:
    found = project_file("data/penguins.csv", data_folder(str(PROJECT / "dags" / "penguin_predictor.py")))
    assert found == PROJECT / "data" / "penguins.csv"


def test_a_variable_can_name_another_data_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROOKERY_DATA_FOLDER", str(folder))
    assert data_folder("/somewhere/dags/x.py") == folder


@pytest.mark.parametrize(
    "url", ["data/../secret.csv", "data//etc/passwd", "data/link.csv", "data/up/secret.csv"]
)
def test_no_file_outside_the_data_folder_is_read(folder: Path, url: str) -> None:
    (folder / "link.csv").symlink_to(folder.parent / "secret.csv")
    (folder / "up").symlink_to(folder.parent)
    with pytest.raises(DownloadError, match="leads out of the data folder"):
        project_file(url, folder)


@pytest.mark.parametrize("url", ["data/missing.csv", "data/sub"])
def test_a_project_file_that_is_not_there_is_named(folder: Path, url: str) -> None:
    (folder / "sub").mkdir()
    with pytest.raises(DownloadError, match=f"{url!r} is not a file in the data folder"):
        project_file(url, folder)


@pytest.mark.parametrize(
    "header",
    [
        b"Island,BodyMass,Species\n",
        b'\xef\xbb\xbfIsland,"BodyMass",Species\r\n',
        b"x,Species,BodyMass,Island",
    ],
)
def test_a_header_with_the_plans_columns_passes(header: bytes) -> None:
    check_header(io.BytesIO(header), plan())


def test_missing_columns_are_named_with_those_that_are_there() -> None:
    with pytest.raises(DownloadError) as caught:
        check_header(io.BytesIO(b"Island,Mass\n"), plan(split={"seed": 1, "split_key": "Colony"}))
    text = str(caught.value)
    assert "must have the columns BodyMass, Species, Colony once each" in text
    assert "found there: Island, Mass" in text


def test_the_header_must_have_the_time_of_the_rows_too() -> None:
    dated = plan(as_of_column="SeenOn")
    check_header(io.BytesIO(b"Island,BodyMass,Species,SeenOn\n"), dated)
    with pytest.raises(DownloadError, match="must have the columns SeenOn once each"):
        check_header(io.BytesIO(b"Island,BodyMass,Species\n"), dated)


def test_a_column_that_occurs_twice_is_refused() -> None:
    with pytest.raises(DownloadError, match="must have the columns Species once each"):
        check_header(io.BytesIO(b"Island,BodyMass,Species,Species\n"), plan())


@pytest.mark.parametrize(
    "content", [b"", b"<html>\n", bytes(range(128, 192)) + b"\xff\n"], ids=["empty", "a page", "binary"]
)
def test_what_is_no_csv_is_refused(content: bytes) -> None:
    with pytest.raises(DownloadError):
        check_header(io.BytesIO(content), plan())


def test_the_sample_data_is_what_the_dag_reads() -> None:
    content = (PROJECT / "data" / "penguins.csv").read_bytes()
    check_header(io.BytesIO(content), plan(features={"categorical": ["Island"], "numeric": ["BodyMass"]}))
