"""Documents as version 0.1.0 wrote them: `make up` folders and workspaces are full of them."""

import json

import pytest

from rookery_jobs.contract import (
    ContractError,
    CsvSourceSpec,
    Document,
    Manifest,
    RandomSplitSpec,
    RegistrationSpec,
    SnapshotSpec,
    SweepSpec,
)

SNAPSHOT_SPEC = """\
{
  "source_path": "dbfs:/r/sources/x/data.csv",
  "source_sha256": "7d1c000000000000000000000000000000000000000000000000000000000000",
  "snapshot_path": "dbfs:/r/snapshots/1",
  "categorical": [
    "Island",
    "Sex"
  ],
  "numeric": [
    "CulmenLength",
    "BodyMass"
  ],
  "label": "Species",
  "validation_size": 0.15,
  "test_size": 0.2,
  "seed": 42,
  "split_key": "Customer",
  "as_of_column": "SeenOn",
  "as_of": "2026-01-05T00:00:00+00:00",
  "digest": "0987c4e0b422eaeb"
}
"""
MANIFEST = """\
{
  "snapshot": {
    "source_path": "dbfs:/r/sources/x/data.csv",
    "source_sha256": "7d1c000000000000000000000000000000000000000000000000000000000000",
    "snapshot_path": "dbfs:/r/snapshots/1",
    "categorical": [
      "Island",
      "Sex"
    ],
    "numeric": [
      "CulmenLength",
      "BodyMass"
    ],
    "label": "Species",
    "validation_size": 0.15,
    "test_size": 0.2,
    "seed": 42,
    "split_key": "Customer",
    "as_of_column": "SeenOn",
    "as_of": "2026-01-05T00:00:00+00:00",
    "digest": "0987c4e0b422eaeb"
  },
  "columns": {
    "Island": "string",
    "Sex": "string",
    "CulmenLength": "double",
    "BodyMass": "double",
    "Species": "int"
  },
  "rows_read": 10,
  "rows_later": 1,
  "rows_dropped": 2,
  "rows_kept": 7,
  "rows": {
    "train": 5,
    "validation": 1,
    "test": 1
  },
  "class_counts": {
    "train": {
      "0": 5
    },
    "validation": {
      "0": 1
    },
    "test": {
      "0": 1
    }
  },
  "example": {
    "Island": "Dream",
    "Sex": "Île",
    "CulmenLength": 39.0,
    "BodyMass": 3750.5
  }
}
"""
SWEEP_SPEC = """\
{
  "sweep_id": "6f77934b3455be36",
  "snapshot_path": "dbfs:/s",
  "snapshot_digest": "d",
  "code_digest": "c",
  "experiment_id": "1",
  "metric": "f1",
  "points": [
    {
      "point_id": "a1",
      "algorithm": "LogisticRegression",
      "params": {
        "maxIter": 5,
        "regParam": 1.0,
        "fitIntercept": true
      }
    }
  ],
  "tmp_path": "dbfs:/t",
  "origin": {
    "dag_id": "penguins",
    "dag_run_id": "manual__1",
    "as_of": null,
    "generation": 1
  }
}
"""
REGISTRATION_SPEC = """\
{
  "registration_key": "k",
  "registered_model_name": "main.ml.p",
  "gates": [
    {
      "metric": "accuracy",
      "threshold": 0.9
    }
  ],
  "sweep_id": "s",
  "snapshot_path": "dbfs:/s",
  "snapshot_digest": "d",
  "code_digest": "c",
  "experiment_id": "1",
  "point": {
    "point_id": "a1",
    "algorithm": "LogisticRegression",
    "params": {
      "maxIter": 5,
      "regParam": 1.0,
      "fitIntercept": true
    }
  },
  "mlflow_run_id": "run",
  "tmp_path": "dbfs:/t",
  "origin": {
    "dag_id": "penguins",
    "dag_run_id": "manual__1",
    "as_of": "2026-01-05T00:00:00+00:00",
    "generation": 2
  }
}
"""


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (SnapshotSpec, SNAPSHOT_SPEC),
        (Manifest, MANIFEST),
        (SweepSpec, SWEEP_SPEC),
        (RegistrationSpec, REGISTRATION_SPEC),
    ],
)
def test_a_document_of_version_0_1_0_is_read_and_written_back_as_it_was(
    kind: type[Document], text: str
) -> None:
    assert kind.from_json(text).to_json() == text


def test_the_source_and_the_split_lie_flat_in_a_snapshots_spec() -> None:
    spec = SnapshotSpec.from_json(SNAPSHOT_SPEC)
    assert spec.source == CsvSourceSpec("dbfs:/r/sources/x/data.csv", "7d1c" + "0" * 60)
    assert spec.split == RandomSplitSpec(0.15, 0.2, 42, "Customer")
    assert spec.columns == ("Island", "Sex", "CulmenLength", "BodyMass", "Species", "Customer", "SeenOn")


def test_a_kind_of_source_that_this_code_does_not_know_is_refused() -> None:
    later = json.dumps({**json.loads(SNAPSHOT_SPEC), "source_kind": "topic"})
    with pytest.raises(ContractError, match="unknown source_kind 'topic'; known are csv, files, table"):
        SnapshotSpec.from_json(later)
