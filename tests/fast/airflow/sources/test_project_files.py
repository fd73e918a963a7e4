"""A source of the project is a file of its data folder, and no other."""

from pathlib import Path

import pytest

from rookery.exceptions import DownloadError
from rookery.sources.fetching.project_files import data_folder, project_file
from tests.fast.airflow.conftest import PROJECT


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
