"""The source is read before anything costs money: what cannot be used is not even uploaded."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk import DAG

from rookery.exceptions import DownloadError
from rookery.operators.download import DownloadDataOperator
from tests.fast.airflow.tasks import DagRun, TaskInstance
from tests.plans import PLAN
from tests.recorder import Recorder

HEADER = "Island,BodyMass,Species\n"
GOOD = "Biscoe,4450,0\nDream,3800,1\n"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project's file that the plan names."""
    monkeypatch.setenv("ROOKERY_DATA_FOLDER", str(tmp_path))
    return tmp_path / "penguins.csv"


def download(**changes: Any) -> dict[str, Any]:
    with DAG("penguins"):
        operator = DownloadDataOperator(
            task_id="download_data", plan={**PLAN.model_dump(mode="json"), **changes}
        )
    context: Any = {"ti": TaskInstance("download_data"), "dag_run": DagRun()}
    return operator.execute(context)


def test_a_file_that_can_be_used_is_uploaded_under_its_sha256(data: Path, databricks: Recorder) -> None:
    data.write_text(HEADER + GOOD * 3)
    handed_on = download()
    sha256 = hashlib.sha256(data.read_bytes()).hexdigest()
    assert handed_on == {
        "path": handed_on["path"],
        "sha256": sha256,
        "size": data.stat().st_size,
        "url": "data/penguins.csv",
    }
    assert handed_on["path"].endswith(f"/sources/{sha256}/penguins.csv")
    assert databricks.files[handed_on["path"].removeprefix("dbfs:")] == data.read_bytes()


def test_a_file_with_mistakes_is_refused_with_all_of_them_and_not_uploaded(
    data: Path, databricks: Recorder
) -> None:
    data.write_text(HEADER + "Biscoe,NA,yes\n" + GOOD)
    with pytest.raises(DownloadError) as caught:
        download()
    assert str(caught.value).splitlines()[0] == "data/penguins.csv has 2 mistakes:"
    assert "column 'BodyMass' has 'NA'" in str(caught.value)
    assert "column 'Species' has 'yes'" in str(caught.value)
    assert not caught.value.retriable
    assert [call for call in databricks.calls if "/api/" in call.path] == []


def test_the_runs_own_limit_of_the_share_dropped_holds(data: Path, databricks: Recorder) -> None:
    data.write_text(HEADER + GOOD + "Torgersen,,1\n")
    with pytest.raises(DownloadError, match="1 of 3 rows are incomplete"):
        download()
    assert [call for call in databricks.calls if "/api/" in call.path] == []
