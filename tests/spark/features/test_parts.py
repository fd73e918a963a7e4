"""What each number of a vector comes from, beside the names that Spark itself gives it."""

import pytest
from pyspark.ml import Pipeline
from pyspark.sql import SparkSession

from rookery_jobs.contract import Treatment
from rookery_jobs.contract.columns import FEATURES
from rookery_jobs.spark.features.parts import MISSING, UNSEEN, vector_parts
from rookery_jobs.spark.features.stages import feature_stages
from tests.fast.jobs.contract.documents import snapshot_spec

ROWS = [("Ulm", "x", 1.0, 5.0), ("Ulm", "y", 2.0, 6.0), (None, "x", 3.0, 8.0), ("Île", "x", 4.0, 7.0)]


@pytest.mark.parametrize(
    "treatment",
    [
        Treatment(missing_categorical="category", encoding="one-hot"),
        Treatment(missing_categorical="category", handle_invalid="keep", encoding="one-hot"),
        Treatment(handle_invalid="keep", encoding="one-hot", scaling="none"),
        Treatment(missing_categorical="category", encoding="index"),
    ],
    ids=str,
)
def test_the_parts_stand_in_the_order_of_sparks_attributes(spark: SparkSession, treatment: Treatment) -> None:
    spec = snapshot_spec(categorical=("City", "Kind"), numeric=("Age", "Size"), treatment=treatment)
    frame = spark.createDataFrame(ROWS, "City string, Kind string, Age double, Size double")
    rows = frame.dropna() if treatment.drops_categorical else frame
    pipeline = Pipeline(stages=feature_stages(spec)).fit(rows)
    metadata = pipeline.transform(rows).schema[FEATURES].metadata["ml_attr"]["attrs"]
    attributes = {each["idx"]: each["name"] for kind in metadata.values() for each in kind}
    parts = vector_parts(pipeline, spec)
    assert len(parts) == len(attributes)
    assert [part.column for part in parts if part.column in spec.numeric] == ["Age", "Size"]
    for place, part in enumerate(parts):
        if part.category is not None:
            written = {MISSING: " missing", UNSEEN: "__unknown"}.get(part.category, part.category)
            assert attributes[place].endswith(f"_{written}"), (part, attributes[place])
    one_hot = [part for part in parts if part.category is not None]
    assert bool(one_hot) == (treatment.encoding == "one-hot")
