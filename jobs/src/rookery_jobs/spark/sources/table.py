"""A table by its name, of a version if it has versions, else as its files are.

A Delta table's reading was not run where there is no Delta:
https://docs.databricks.com/aws/en/delta/history
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812  (Spark's own convention)

from rookery_jobs.contract import TableSourceSpec
from rookery_jobs.errors import DataError
from rookery_jobs.spark.reading.listing import FoundFile, content_hashes, find_files, listing, sha256_of
from rookery_jobs.spark.reading.marks import BROKEN, FILE, ROW
from rookery_jobs.spark.reading.texts import texts
from rookery_jobs.spark.reading.unreadable import readable
from rookery_jobs.spark.text.values import quoted

ROW_1 = "row 1 is the first that Spark reads of the table"


@dataclass(frozen=True)
class PinnedTable:
    """A table, at its version or with the hashes of its files."""

    spark: SparkSession
    spec: TableSourceSpec
    found: tuple[FoundFile, ...] = ()
    listing: str | None = None

    def read(self, columns: Sequence[str], numbers: Collection[str] = ()) -> DataFrame:  # noqa: ARG002
        with readable(self.spec.name):
            rows = self.spark.sql(statement(self.spec))
        return rows.select(
            *texts(rows, columns, f"the table {self.spec.name}", self.spec.missing),
            F.lit(None).cast("string").alias(BROKEN),
            F.lit(None).cast("string").alias(FILE),
            F.monotonically_increasing_id().alias(ROW),
        )

    def check_unchanged(self) -> None:
        name = self.spec.name
        if self.found and _files(self.spark, name) != self.found:
            raise DataError(f"the table {name} was changed while it was read: run again when that has ended")


def pin(spark: SparkSession, source: TableSourceSpec) -> PinnedTable:
    """Find out the version, or hash the files. Raises DataError for a view, and for a version of a table that
    has none."""
    name = source.name
    with readable(name):
        described = _described(spark, name)
    if "VIEW" in described.get("Type", ""):
        raise DataError(f"{name} is a view, which has no version of its own: name a table, or save it as one")
    if described.get("Provider", "").lower() == "delta":
        return PinnedTable(spark, _versioned(spark, source))
    if source.version is not None:
        raise DataError(
            f"the table {name} has no versions, as it is {described.get('Provider', 'of another kind')}: "
            "leave out `version`, or make it a Delta table"
        )
    spark.catalog.refreshTable(_quoted(name))
    found = _files(spark, name)
    listed = listing(described.get("Location", ""), found, content_hashes(spark, found))
    size = sum(each.size for each in found)
    pinned = replace(source, files=len(found), size=size, sha256=sha256_of(listed))
    return PinnedTable(spark, pinned, found, listed)


def number_of(source: TableSourceSpec, text: str) -> str:  # noqa: ARG001
    """As it is read."""
    return text


def fault_of(source: TableSourceSpec, broken: str) -> str:
    """Rows of tables are never broken."""
    raise AssertionError(source, broken)


def statement(source: TableSourceSpec) -> str:
    """What reads the table, at its version if it has one."""
    version = "" if source.version is None else f" VERSION AS OF {source.version}"
    return f"SELECT * FROM {_quoted(source.name)}{version}"  # noqa: S608 - the name is quoted


def _versioned(spark: SparkSession, source: TableSourceSpec) -> TableSourceSpec:
    name = _quoted(source.name)
    with readable(source.name):
        detail = spark.sql(f"DESCRIBE DETAIL {name}").collect()[0]
        version = source.version
        if version is None:
            version = spark.sql(f"DESCRIBE HISTORY {name} LIMIT 1").collect()[0]["version"]
    return replace(source, table_id=str(detail["id"]), version=int(version))


def _described(spark: SparkSession, name: str) -> Mapping[str, str]:
    """Provider, type and location. Spark puts them below the columns, which may have such names too."""
    rows = spark.sql(f"DESCRIBE TABLE EXTENDED {_quoted(name)}").collect()
    begin = next(place for place, row in enumerate(rows) if row["col_name"].startswith("# Detailed Table"))
    return {str(row["col_name"]): str(row["data_type"]) for row in rows[begin + 1 :]}


def _files(spark: SparkSession, name: str) -> tuple[FoundFile, ...]:
    with readable(name):
        paths = [unquote(path) for path in spark.table(_quoted(name)).inputFiles()]
    if not paths:
        raise DataError(f"the table {name} has no row")
    return find_files(spark, paths, name)


def _quoted(name: str) -> str:
    return ".".join(map(quoted, name.split(".")))
