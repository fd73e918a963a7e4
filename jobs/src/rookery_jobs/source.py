"""The source CSV: read as text, every value checked, then typed. Nothing is nulled silently.

A row with another number of fields than the header, and a value that cannot be cast or is not UTF-8, are
refused; a row with an empty value is incomplete, which `prepare` drops and counts. Messages name the row and
one value, never the rest of the row: it may tell of persons, and messages go to logs.
"""

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import NamedTuple

from pyspark.sql import Column, DataFrame, Row, SparkSession
from pyspark.sql import functions as F  # noqa: N812  (Spark's own convention)

from rookery_jobs.contract import SnapshotSpec
from rookery_jobs.csv_text import NOT_UTF8, column, double, fields_of, header_of, present, read_rows
from rookery_jobs.errors import DataError
from rookery_jobs.files import ClusterFiles
from rookery_jobs.instants import instant, is_before

_ROW = "__row"
_FAULT = "__fault"
_BROKEN = "__broken_record"
_CLASS = r"^\\+?[0-9]+$"
_SHOWN_ROWS = 3
# monotonically_increasing_id puts the partition in the bits above these, the row of the partition below.
_PARTITION_SHIFT = 33


def read_source(spark: SparkSession, spec: SnapshotSpec) -> DataFrame:
    """The declared columns of the CSV as strings, empty values as null; unchecked.

    Cache it before use: Spark refuses queries on the raw file that need its broken records alone.

    The columns may stand in any order, others are ignored. Raises DataError for a missing column, one that is
    there twice, and a header that is not UTF-8.
    """
    header = header_of(ClusterFiles(spark).first_line(spec.source.path))
    wanted = _declared(spec)
    problem = _problem(header, wanted)
    if problem:
        raise DataError(f"{spec.source.path} {problem}; its header has {list(header)}")
    # Names of no interest may be there twice, which Spark refuses.
    distinct = [name if name in wanted else f"__{position}" for position, name in enumerate(header)]
    return read_rows(spark, [spec.source.path], distinct, _BROKEN).select(
        *[present(name).alias(name) for name in wanted],
        column(_BROKEN),
        F.monotonically_increasing_id().alias(_ROW),
    )


def typed_rows(rows: DataFrame, spec: SnapshotSpec) -> DataFrame:
    """The complete rows of `read_source`, later ones left out: categorical strings, numeric doubles, the
    label an int.

    Raises DataError, naming the row, and column and value where it is one, for rows with another number of
    fields than the header, for times that are none, and in rows that are not later for values that cannot be
    cast or are not UTF-8.
    """
    doubles = {name: double(name) for name in spec.numeric}
    label = _class(spec.label)
    seen = ~is_later(spec)
    faults = [_Fault(None, column(_BROKEN).isNotNull(), "more or fewer than the header")]
    if spec.as_of_column is not None:
        time = instant(spec.as_of_column)
        what = "is neither a date (2026-01-05) nor an ISO 8601 timestamp, as an as_of_column must be"
        faults.append(_not_cast(spec.as_of_column, time, what))
    faults += [_not_cast(name, value, "is not a finite number", seen) for name, value in doubles.items()]
    faults.append(_not_cast(spec.label, label, "is not a non-negative integer, as a label must be", seen))
    faults += [_not_utf8(name, seen) for name in (*spec.categorical, spec.split.split_key) if name]
    _refuse(rows, faults)
    key = [] if spec.split.split_key in (None, *spec.features, spec.label) else [spec.split.split_key]
    return (
        rows.filter(seen)
        .dropna(subset=_declared(spec))
        .select(
            *[column(name) for name in spec.categorical],
            *[value.alias(name) for name, value in doubles.items()],
            label.alias(spec.label),
            *[column(name) for name in key if name],
        )
    )


def is_later(spec: SnapshotSpec) -> Column:
    """Whether a row of `read_source` is of `as_of` or later. A row without a time is not, but incomplete."""
    if spec.as_of_column is None or spec.as_of is None:
        return F.lit(False)
    return ~F.coalesce(is_before(spec.as_of_column, spec.as_of), F.lit(True))


class _Fault(NamedTuple):
    """What can be wrong with a row, in which column if it is one."""

    column: str | None
    condition: Column
    what: str


def _not_cast(name: str, value: Column, what: str, seen: Column | None = None) -> _Fault:
    condition = column(name).isNotNull() & value.isNull()
    return _Fault(name, condition if seen is None else condition & seen, what)


def _not_utf8(name: str, seen: Column) -> _Fault:
    return _Fault(name, column(name).contains(NOT_UTF8) & seen, "is not UTF-8: save the file as UTF-8")


def _problem(header: Sequence[str], wanted: Sequence[str]) -> str | None:
    if any(NOT_UTF8 in name for name in header):
        return "is not UTF-8: save it as UTF-8"
    missing = [name for name in wanted if name not in header]
    if missing:
        return f"has no column {missing}"
    twice = [name for name in wanted if header.count(name) > 1]
    return f"names column {twice} twice" if twice else None


def _declared(spec: SnapshotSpec) -> list[str]:
    others = [name for name in (spec.split.split_key, spec.as_of_column) if name]
    return list(dict.fromkeys([*spec.features, spec.label, *others]))


def _class(name: str) -> Column:
    return F.expr(f"CASE WHEN trim(`{name}`) RLIKE '{_CLASS}' THEN try_cast(trim(`{name}`) AS int) END")


def _refuse(rows: DataFrame, faults: list[_Fault]) -> None:
    """Raise DataError with the first rows of the file that have a fault, if any has; one Spark job if not."""
    first = F.coalesce(*[F.when(fault.condition, position) for position, fault in enumerate(faults)])
    faulty = rows.filter(reduce(or_, (fault.condition for fault in faults))).withColumn(_FAULT, first)
    found = faulty.orderBy(_ROW).limit(_SHOWN_ROWS + 1).collect()
    if not found:
        return
    shown = "; ".join(
        f"row {_row_number(rows, row[_ROW])}: {_describe(row, faults[row[_FAULT]])}"
        for row in found[:_SHOWN_ROWS]
    )
    more = "; and more" if len(found) > _SHOWN_ROWS else ""
    raise DataError(f"the source has rows that cannot be used (row 1 follows the header): {shown}{more}")


def _describe(row: Row, fault: _Fault) -> str:
    if fault.column is None:
        return f"has {len(fields_of(row[_BROKEN]))} fields, {fault.what}"
    return f"column {fault.column!r} has {row[fault.column]!r}, which {fault.what}"


def _row_number(rows: DataFrame, position: int) -> int:
    """The place in the file of a row with this monotonic id; a single file's partitions are in its order."""
    partition = position >> _PARTITION_SHIFT
    before = rows.filter(F.shiftright(_ROW, _PARTITION_SHIFT) < partition).count() if partition else 0
    return before + (position & ((1 << _PARTITION_SHIFT) - 1)) + 1
