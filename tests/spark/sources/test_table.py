"""Tables by their name: what their files hold decides."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from rookery_jobs.contract import SnapshotSpec, TableSourceSpec, listing_path
from rookery_jobs.errors import DataError
from rookery_jobs.spark.sources import source_of
from rookery_jobs.spark.sources.table import statement
from tests.spark.sources.test_files import TYPES, rows_of
from tests.spark.study import PENGUINS, Study

TABLE = "birds.saved_once"


@pytest.fixture
def table(spark: SparkSession) -> Iterator[str]:
    """The penguins as a table of their own schema, each with the day on which it was seen."""
    spark.sql("CREATE SCHEMA birds")
    rows = spark.read.csv(str(PENGUINS), header=True, schema=TYPES)
    day = "cast(monotonically_increasing_id() % 100 AS int)"
    seen = rows.selectExpr("*", f"date_add(DATE'2026-01-01', {day}) AS Seen")
    seen.write.saveAsTable(TABLE)
    yield TABLE
    spark.sql("DROP SCHEMA birds CASCADE")


def spec_of(study: Study, name: str, version: int | None = None, **changes: Any) -> SnapshotSpec:
    return study.snapshot_spec(source=TableSourceSpec(name, version), **changes)


@pytest.mark.matrix
def test_a_table_gives_the_snapshot_that_the_same_values_as_csv_give_and_knows_its_content(
    study: Study, table: str
) -> None:
    plain = study.prepare(study.snapshot_spec())
    first = study.prepare(spec_of(study, table))
    assert rows_of(study, first) == rows_of(study, plain)
    assert "saved_once" not in Path(listing_path(first.snapshot.snapshot_path)).read_text()
    assert study.prepare(spec_of(study, table)).snapshot == first.snapshot
    study.spark.sql("INSERT INTO birds.saved_once SELECT * FROM birds.saved_once LIMIT 3")
    second = study.prepare(spec_of(study, table))
    assert second.rows_read == first.rows_read + 3
    assert second.snapshot.digest != first.snapshot.digest


@pytest.mark.matrix
def test_a_run_for_the_past_sees_the_rows_before_its_date(study: Study, table: str) -> None:
    spec = spec_of(study, table, as_of_column="Seen", as_of="2026-02-20T00:00:00+00:00")
    manifest = study.prepare(spec)
    assert (manifest.rows_read, manifest.rows_later) == (344, 150)


def test_a_table_that_changes_while_it_is_read_makes_no_snapshot(spark: SparkSession, table: str) -> None:
    source = TableSourceSpec(table)
    pinned = source_of(source).pin(spark, source)
    pinned.check_unchanged()
    spark.sql("INSERT INTO birds.saved_once SELECT * FROM birds.saved_once LIMIT 3")
    with pytest.raises(DataError, match="was changed while it was read"):
        pinned.check_unchanged()


def test_what_has_no_content_of_its_own_is_refused_in_words(spark: SparkSession, table: str) -> None:
    spark.sql("CREATE VIEW birds.seen AS SELECT * FROM birds.saved_once")
    spark.sql("CREATE TABLE birds.empty (Island string) USING parquet")
    refusals = {
        TableSourceSpec("birds.seen"): "is a view, which has no version of its own",
        TableSourceSpec("birds.empty"): "has no row",
        TableSourceSpec(table, 3): "has no versions, as it is parquet: leave out `version`",
        TableSourceSpec("birds.none"): r"cannot be read: \[TABLE_OR_VIEW_NOT_FOUND\]",
        TableSourceSpec("main.birds.none"): "cannot be read: ",
    }
    for source, told in refusals.items():
        with pytest.raises(DataError, match=told):
            source_of(source).pin(spark, source)


def test_a_version_is_read_by_the_statement_that_spark_has_for_it() -> None:
    assert statement(TableSourceSpec("main.x.y", 7)) == "SELECT * FROM `main`.`x`.`y` VERSION AS OF 7"
    assert statement(TableSourceSpec(TABLE)) == "SELECT * FROM `birds`.`saved_once`"
