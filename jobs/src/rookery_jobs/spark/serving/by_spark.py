"""A pipeline that only Spark can score, asked as MLflow's Spark flavor asks it."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE
from pyspark.sql import SparkSession
from pyspark.sql import functions as F  # noqa: N812

from rookery_jobs.contract.columns import PREDICTION


class BySpark:
    """Answers rows as a server would, on the Spark at hand. `types` are Spark's, of each column."""

    def __init__(self, spark: SparkSession, pipeline: Any, types: Mapping[str, str]) -> None:
        self._spark = spark
        self._pipeline = pipeline
        self._types = types

    def predict(self, rows: pd.DataFrame) -> list[Any]:
        """The prediction of each row. Raises MlflowException for a row that the pipeline refuses."""
        try:
            return [self._answer(row) for row in rows.to_dict("records")]
        except Exception as error:  # Spark 3.5 raises py4j's error here, Spark 4 its own
            raise MlflowException(str(error), error_code=INVALID_PARAMETER_VALUE) from error

    def _answer(self, row: Mapping[Any, Any]) -> Any:
        # Literals of one range, where createDataFrame would start a Python worker.
        values = [F.lit(row[name]).cast(kind).alias(name) for name, kind in self._types.items()]
        frame = self._spark.range(0, 1, 1, 1).select(*values)
        return self._pipeline.transform(frame).select(PREDICTION).collect()[0][0]
