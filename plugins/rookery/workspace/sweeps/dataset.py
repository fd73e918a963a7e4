"""The snapshot that a sweep is on, as MLflow's datasets describe data: facts of its manifest, and no rows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from databricks.sdk.service.ml import DatasetInput

    from rookery_jobs.contract import Manifest

# https://mlflow.org/docs/latest/api_reference/rest-api.html#dataset; MLflow refuses what is longer.
_LONGEST_NAME = 500
_LONGEST_SCHEMA = 65_535
# Spark's names of types, as `mlflow.types.DataType` has them.
_MLFLOW_TYPES = {"int": "integer"}


def dataset_input(manifest: Manifest, name: str) -> DatasetInput:
    """The dataset with this name: where its source is read, the snapshot's digest, columns, and rows per
    side. A table of so many columns that MLflow would refuse them is described without."""
    from databricks.sdk.service.ml import Dataset, DatasetInput, InputTag

    dataset = Dataset(
        name=name[:_LONGEST_NAME],
        digest=manifest.snapshot.digest,
        # Whatever the kind of source is, Spark reads it.
        source_type="spark",
        source=json.dumps(_source(manifest.snapshot.source.location)),
        schema=_schema(manifest),
        profile=json.dumps({"num_rows": manifest.rows_kept, **manifest.rows}),
    )
    return DatasetInput(dataset, tags=[InputTag("mlflow.data.context", "training")])


def _source(location: str) -> dict[str, str]:
    """A path or the name of a table, as MLflow tells the two apart (`SparkDatasetSource`)."""
    return {"path" if "/" in location else "table_name": location}


def _schema(manifest: Manifest) -> str | None:
    columns = [
        {"name": name, "type": _MLFLOW_TYPES.get(kind, kind), "required": name in manifest.snapshot.required}
        for name, kind in manifest.columns.items()
    ]
    text = json.dumps({"mlflow_colspec": columns})
    return text if len(text) <= _LONGEST_SCHEMA else None
