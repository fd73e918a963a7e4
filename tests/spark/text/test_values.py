"""What text means, in Spark."""

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F  # noqa: N812

from rookery_jobs.contract import TEXT_RULE
from rookery_jobs.spark.text.values import all_composed, category, column, double, present
from tests.fast.jobs.text_cases import CATEGORIES, NUMBERS


def test_spark_takes_a_category_as_the_table_says(spark: SparkSession) -> None:
    frame = spark.createDataFrame(list(CATEGORIES), "text string, expected string")
    assert not all_composed(frame, ["text"])
    meant = category(present("text", TEXT_RULE), TEXT_RULE, composed=False)
    wrong = frame.withColumn("found", meant).filter(~F.col("found").eqNullSafe(F.col("expected")))
    assert wrong.collect() == []


def test_text_that_is_composed_already_needs_no_python(spark: SparkSession) -> None:
    cases = [(text, meant) for text, meant in CATEGORIES if all(ord(each) < 0x300 for each in text)]
    frame = spark.createDataFrame(cases, "text string, expected string")
    assert len(cases) > 10
    assert all_composed(frame, ["text", "expected"])
    meant = category(present("text", TEXT_RULE), TEXT_RULE, composed=True)
    wrong = frame.withColumn("found", meant).filter(~F.col("found").eqNullSafe(F.col("expected")))
    assert wrong.collect() == []


@pytest.mark.parametrize("rule", [0, TEXT_RULE])
def test_spark_takes_a_number_as_the_table_says(spark: SparkSession, rule: int) -> None:
    cases = [case for case in NUMBERS if rule or "\u00a0" not in case[0]]
    frame = spark.createDataFrame(cases, "text string, expected double")
    shown = frame.select(present("text", rule).alias("text"), "expected").withColumn("found", double("text"))
    wrong = shown.filter(~column("found").eqNullSafe(column("expected")))
    assert wrong.collect() == []


def test_rule_0_takes_spaces_as_a_part_of_a_category(spark: SparkSession) -> None:
    frame = spark.createDataFrame([(" a ",), ("  ",), ("101.0",)], "text string")
    rows = frame.select(category(present("text", 0), 0, composed=False)).collect()
    assert [row[0] for row in rows] == [" a ", None, "101.0"]
