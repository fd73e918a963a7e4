"""Labels and times mean the same in Spark as in the table that the contract is held to."""

from datetime import UTC

from pyspark.sql import SparkSession

from rookery_jobs.contract import TEXT_RULE
from rookery_jobs.spark.objectives.classification.labels import label
from rookery_jobs.spark.text.instants import instant
from rookery_jobs.spark.text.values import category, present
from tests.fast.jobs.text_cases import INSTANTS, LABELS, OTHER_LABELS


def test_spark_takes_a_label_as_the_table_says(spark: SparkSession) -> None:
    frame = spark.createDataFrame([(text,) for text, _ in LABELS], "text string")
    rows = frame.select(present("text", TEXT_RULE).alias("text")).select(label("text", "int")).collect()
    assert [row[0] for row in rows] == [meant for _, meant in LABELS]


def test_spark_takes_a_label_of_another_type_as_the_table_says(spark: SparkSession) -> None:
    for label_type in {kind for kind, _, _ in OTHER_LABELS}:
        cases = [(text, meant) for kind, text, meant in OTHER_LABELS if kind == label_type]
        frame = spark.createDataFrame([(text,) for text, _ in cases], "text string")
        texts = frame.select(present("text", TEXT_RULE).alias("text"))
        meant = label("text", label_type)
        if label_type == "string":
            meant = category(meant, TEXT_RULE, composed=False)
        assert [row[0] for row in texts.select(meant).collect()] == [expected for _, expected in cases]


def test_spark_takes_a_time_as_the_table_says(spark: SparkSession) -> None:
    frame = spark.createDataFrame([(text,) for text, _ in INSTANTS], "text string")
    times = frame.select(present("text", TEXT_RULE).alias("text")).select(instant("text").cast("double"))
    expected = [meant and meant.astimezone(UTC).timestamp() for _, meant in INSTANTS]
    assert [row[0] for row in times.collect()] == expected
