"""What tasks hand on keeps its JSON: after an upgrade, Airflow goes on with runs that began before."""

import json
from typing import Any

import pytest

from rookery.exceptions import RookeryError
from rookery.operators.plan import ResolvedRun
from rookery.operators.promotion import Promoted
from rookery.operators.scoring import ResolvedScoring, ScoredRows
from rookery.operators.snapshot import Snapshot
from rookery.plan.shards import Shard
from rookery.sources.csv import LandedCsv
from rookery.sources.files import FoundFiles
from rookery.sources.table import NamedTable
from rookery.workspace.endpoints.answers import Answer
from rookery.workspace.job_code import UploadedCode
from rookery.workspace.points import BestPoint
from rookery.workspace.registered_models import RegisteredVersion
from rookery.xcom import Handed
from tests.fast.airflow.tasks import TaskInstance

NAMES = {"owner": "o", "cluster_name": "c", "code_root": "/r", "user_name": "me"}
RESOLVED = {"plan": {"label": "Species"}, "points_per_task": 4, "installation": "i", "experiment_path": "/e"}

BEFORE: list[tuple[type[Handed], dict[str, Any]]] = [
    (ResolvedRun, {**RESOLVED, **NAMES}),
    (ResolvedScoring, {"spec_path": "s", "report_path": "r", "plan": {"compute": {}}, **NAMES}),
    (LandedCsv, {"path": "dbfs:/s.csv", "sha256": "0", "size": 7, "url": "data/s.csv"}),
    (FoundFiles, {"path": "s3://bucket/p", "format": "csv", "missing": ["NA"], "csv": {"delimiter": ";"}}),
    (NamedTable, {"name": "main.x.y", "version": 3, "missing": []}),
    (UploadedCode, {"code_folder": "/Workspace/f", "code_digest": "d"}),
    (Snapshot, {"snapshot_path": "dbfs:/s", "snapshot_digest": "d"}),
    (Shard, {"arguments": ["dbfs:/points.json", "0", "4"], "run_name": "LogisticRegression 1\u20134 of 12"}),
    (
        BestPoint,
        {
            "mlflow_run_id": "m",
            "point_id": "p",
            "algorithm": "LogisticRegression",
            "params": {"maxIter": 5, "regParam": 0.1, "fitIntercept": True, "family": "auto"},
            "metrics": {"accuracy": 0.9},
        },
    ),
    (
        RegisteredVersion,
        {
            "registered_model_name": "Penguin Predictor",
            "version": "3",
            "mlflow_run_id": "m",
            "test_metrics": {"test_accuracy": 0.9},
        },
    ),
    (Answer, {"dataframe_records": [{"Island": "Biscoe", "BodyMass": 4450}], "predictions": [2.0]}),
    (Answer, {"dataframe_records": None, "predictions": [2.0]}),
    (Promoted, {"version": "3", "previous": "2"}),
    (Promoted, {"version": None, "previous": None}),
    (ScoredRows, {"predictions_path": "dbfs:/out", "rows": 3, "scored": 2, "rejected": 1}),
]


@pytest.mark.parametrize(("kind", "before"), BEFORE)
def test_the_json_of_before_is_read_and_written(kind: type[Handed], before: dict[str, Any]) -> None:
    assert kind.from_xcom(json.loads(json.dumps(before))).to_xcom() == before


@pytest.mark.parametrize(("kind", "before"), BEFORE)
def test_each_field_can_be_left_under_a_key_of_its_own(kind: type[Handed], before: dict[str, Any]) -> None:
    instance = TaskInstance("a_task")
    kind.from_xcom(before).push(instance)
    assert instance.pushed == before


def test_what_a_later_version_has_added_is_left_out() -> None:
    later = {"snapshot_path": "dbfs:/s", "snapshot_digest": "d", "rows": 7}
    assert Snapshot.from_xcom(later) == Snapshot("dbfs:/s", "d")


def test_what_is_missing_is_named() -> None:
    with pytest.raises(RookeryError, match="has no snapshot_digest, which Snapshot needs: clear the task"):
        Snapshot.from_xcom({"snapshot_path": "dbfs:/s"})
