"""Job entry point: score files with a registered version, every row with its prediction or why not."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import mlflow.artifacts
from mlflow.models import Model
from pyspark.ml.functions import vector_to_array
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812  (Spark's own convention)

from rookery_jobs.contract import NOT_UTF8, ScoringReport, ScoringSpec
from rookery_jobs.contract.columns import PREDICTED_LABEL, PREDICTION, PROBABILITY
from rookery_jobs.spark.files import ClusterFiles
from rookery_jobs.spark.model_artifact import is_served_by_spark, load_spark_pipeline, own_scorer, staging
from rookery_jobs.spark.runs.tracking import connect
from rookery_jobs.spark.scoring.columns import ModelInput, model_inputs, with_values
from rookery_jobs.spark.scoring.input import BROKEN, SOURCE_FILE, read_files
from rookery_jobs.spark.serving.model_code import ship_code
from rookery_jobs.spark.text.values import column

_ROW = "__row"
_REJECTED = "__rejected"


def main(spark: SparkSession, arguments: list[str]) -> None:
    """`arguments`: the path of the ScoringSpec. Does nothing if that very scoring is complete.

    Raises ScoringError for files that are not as listed or lack a column, and for a model that cannot score
    tables. A row that the model cannot take is no error: it is kept, without a prediction, with the reason.
    """
    (path,) = arguments
    files = ClusterFiles(spark)
    spec = ScoringSpec.from_json(files.read_text(path))
    if files.exists(spec.report_path):
        print(f"scoring {spec.digest} is complete: nothing to score")
        return
    report = score(spark, spec)
    files.write_text(spec.report_path, report.to_json())
    print(
        f"{report.rows} rows: {report.scored} scored, {report.rejected} rejected; {report.predictions_path}"
    )


def score(spark: SparkSession, spec: ScoringSpec) -> ScoringReport:
    """Write a row with its prediction for every row of the files, and count them."""
    connect(spec.registered_model_name)
    with staging(spark, spec.tmp_path) as staged:
        version = _load(spark, spec, staged)
        needed = [each.name for each in version.inputs]
        numbers = [each.name for each in version.inputs if each.type != "string"]
        rows = read_files(spark, spec, needed, version.probability_columns, numbers)
        rows = with_values(rows, version.inputs, version.text_rule)
        scored = predictions(
            rows, version.pipeline, version.inputs, spec, version.answer_type, version.probability_columns
        )
        scored.write.mode("overwrite").parquet(spec.predictions_path)
    written = spark.read.parquet(spec.predictions_path)
    total, rejected = written.agg(F.count(F.lit(1)), F.count("rejected")).collect()[0]
    return ScoringReport(
        registered_model_name=spec.registered_model_name,
        model_version=spec.model_version,
        predictions_path=spec.predictions_path,
        files=tuple(each.name for each in spec.files),
        rows=total,
        scored=total - rejected,
        rejected=rejected,
        origin=spec.origin,
    )


def predictions(
    rows: DataFrame,
    pipeline: Any,
    inputs: Sequence[ModelInput],
    spec: ScoringSpec,
    answer_type: str = "double",
    probability_columns: Sequence[str] = (),
) -> DataFrame:
    """The rows of `with_values`, numeric inputs typed, with `prediction` (a double, or the label's own value
    where labels are indexed) and the probabilities that the model answers with or, where those are null,
    `rejected` (the reason), and with `registered_model_name`, `model_version` and `source_file`."""
    values = {each.name: each.value for each in inputs if each.type != "string"}
    added = {BROKEN, SOURCE_FILE, *(name for each in inputs for name in (each.text, each.typed))}
    kept = [values.get(name, column(name)).alias(name) for name in rows.columns if name not in added]
    broken = F.when(column(BROKEN).isNotNull(), "the row has more or fewer fields than its file's header")
    garbled = [
        F.when(column(name).contains(NOT_UTF8), f"column {name!r} is not UTF-8: save the file as UTF-8")
        for name, kind in rows.dtypes
        if name not in added and kind == "string"
    ]
    judged = rows.select(
        # In one column, so that no column of a file can meet one that the pipeline adds.
        F.struct(*kept).alias(_ROW),
        SOURCE_FILE,
        F.coalesce(broken, *garbled, *(each.fault for each in inputs)).alias(_REJECTED),
        *[each.safe.alias(each.name) for each in inputs],
    )
    scored: DataFrame = pipeline.transform(judged)
    return scored.select(
        f"{_ROW}.*",
        F.when(column(_REJECTED).isNull(), _answer(answer_type)).alias("prediction"),
        *[
            F.when(column(_REJECTED).isNull(), vector_to_array(column(PROBABILITY))[place]).alias(name)
            for place, name in enumerate(probability_columns)
        ],
        column(_REJECTED).alias("rejected"),
        F.lit(spec.registered_model_name).alias("registered_model_name"),
        F.lit(spec.model_version).alias("model_version"),
        SOURCE_FILE,
    )


def _answer(answer_type: str) -> Column:
    if answer_type == "double":
        return column(PREDICTION)
    return column(PREDICTED_LABEL).cast({"long": "bigint"}.get(answer_type, answer_type))


class _Version(NamedTuple):
    """What text means is rule 0 to a model that has no scorer of ours."""

    pipeline: Any
    inputs: tuple[ModelInput, ...]
    text_rule: int
    answer_type: str
    probability_columns: tuple[str, ...]


def _load(spark: SparkSession, spec: ScoringSpec, staged: str) -> _Version:
    uri = f"models:/{spec.registered_model_name}/{spec.model_version}"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(mlflow.artifacts.download_artifacts(uri, dst_path=folder))
        if is_served_by_spark(path) and (path / "code").is_dir():
            ship_code(spark, path / "code")
        pipeline = load_spark_pipeline(path, spark, staged)
        own = own_scorer(path)
        model = Model.load(str(path))
        inputs = model_inputs(model, pipeline, own)
        if own is None:
            return _Version(pipeline, inputs, 0, "double", ())
        answer_type = _answer_type(model) if is_served_by_spark(path) else own.answer_type
        return _Version(pipeline, inputs, own.text_rule, answer_type, own.probability_columns)


def _answer_type(model: Model) -> str:
    """The type of the prediction, by the signature."""
    return str(model.signature.outputs.input_types()[0].name)
