"""The rows of a source: every value checked, then typed. Nothing is nulled silently.

A row that the source cannot take apart, and a value that cannot be cast or is not UTF-8, are refused; a row
with an empty value is incomplete, which `prepare` drops and counts. Messages name the row and one value,
never the rest of the row: it may tell of persons, and messages go to logs.
"""

from typing import NamedTuple

from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F  # noqa: N812  (Spark's own convention)

from rookery_jobs.contract import NOT_UTF8, SnapshotSpec
from rookery_jobs.errors import DataError
from rookery_jobs.spark.objectives import objective_of
from rookery_jobs.spark.reading.marks import BROKEN, FILE, ROW
from rookery_jobs.spark.sources import Pinned, source_of
from rookery_jobs.spark.text.instants import instant, is_before
from rookery_jobs.spark.text.values import (
    all_composed,
    boolean,
    category,
    column,
    double,
    present,
    quoted,
)

_FAULT = "__fault"
_SHOWN_ROWS = 3
_NO_TIME = "is neither a date (2026-01-05) nor an ISO 8601 timestamp, as the time of a row must be"


def read_source(source: Pinned, spec: SnapshotSpec) -> DataFrame:
    """The columns that the spec needs, as text that is present or null, with ROW, FILE and BROKEN; and the
    values of numbers and label, null where the text is none. Nothing is checked.

    Cache it before use: the values of many columns cost time, and are used several times.
    """
    rows = source.read(spec.columns, _numbers(spec))
    texts = [present(name, spec.text_rule).alias(name) for name in spec.columns]
    values = [double(name).alias(_value_of(name)) for name in spec.numeric]
    values += [boolean(name).alias(_value_of(name)) for name in spec.boolean]
    label = objective_of(spec).label(spec.label, spec.label_type).alias(_value_of(spec.label))
    return rows.select(*texts, BROKEN, FILE, ROW).select("*", *values, label)


def _numbers(spec: SnapshotSpec) -> list[str]:
    """The columns that are numbers in the source."""
    return [*spec.numeric, *([spec.label] if spec.label_type == "double" else [])]


def typed_rows(rows: DataFrame, spec: SnapshotSpec) -> DataFrame:
    """The complete rows of `read_source`, later ones left out: categorical strings, numeric doubles,
    booleans, the label by its objective, and what the split needs beside them. What may be missing is null.

    Raises DataError, naming the row, and column and value where it is one, for broken rows, for times that
    are none, and in rows that are not later for values that cannot be cast or are not UTF-8.
    """
    seen = ~is_later(spec)
    faults = [_Fault(None, column(BROKEN).isNotNull(), "")]
    if spec.as_of_column is not None:
        faults.append(_not_cast(spec.as_of_column, instant(spec.as_of_column), _NO_TIME))
    times = [name for name in spec.split.times if name != spec.as_of_column]
    faults += [_not_cast(name, instant(name), _NO_TIME, seen) for name in times]
    typed = {name: column(_value_of(name)) for name in (*spec.numbers, spec.label)}
    faults += [_not_cast(name, typed[name], "is not a finite number", seen) for name in spec.numeric]
    faults += [_not_cast(name, typed[name], "is neither true nor false", seen) for name in spec.boolean]
    fault = objective_of(spec).label_fault(spec.label_type)
    faults.append(_not_cast(spec.label, typed[spec.label], fault, seen))
    categorical = (*spec.categorical, *([spec.label] if spec.label_type == "string" else []))
    faults += [_not_utf8(name, seen) for name in (*categorical, *spec.split.columns)]
    _refuse(rows, faults, spec)
    others = [name for name in spec.split.columns if name not in (*spec.features, spec.label)]
    texts = (*categorical, *others)
    composed = spec.text_rule == 0 or all_composed(rows, texts)
    categories = {
        name: category(column(name), spec.text_rule, composed=composed).alias(name) for name in texts
    }
    return (
        rows.filter(seen)
        .dropna(subset=[quoted(name) for name in spec.required])
        .select(
            *[categories[name] for name in spec.categorical],
            *[categories.get(name, value.alias(name)) for name, value in typed.items()],
            *[categories[name] for name in others],
        )
    )


def _value_of(name: str) -> str:
    return f"__value_{name}"


def is_later(spec: SnapshotSpec) -> Column:
    """Whether a row of `read_source` is of `as_of` or later. A row without a time is not, but incomplete."""
    if spec.as_of_column is None or spec.as_of is None:
        return F.lit(False)
    return ~F.coalesce(is_before(spec.as_of_column, spec.as_of), F.lit(True))


class _Fault(NamedTuple):
    """What can be wrong with a row, in which column; without one, the whole row is broken."""

    column: str | None
    condition: Column
    what: str


def _not_cast(name: str, value: Column, what: str, seen: Column | None = None) -> _Fault:
    condition = column(name).isNotNull() & value.isNull()
    return _Fault(name, condition if seen is None else condition & seen, what)


def _not_utf8(name: str, seen: Column) -> _Fault:
    return _Fault(name, column(name).contains(NOT_UTF8) & seen, "is not UTF-8: save the file as UTF-8")


def _refuse(rows: DataFrame, faults: list[_Fault], spec: SnapshotSpec) -> None:
    """Raise DataError with the first rows that have a fault, if any has; one Spark job if not."""
    first = F.coalesce(*[F.when(fault.condition, position) for position, fault in enumerate(faults)])
    # Not an `or` of all conditions: a tree as deep as there are columns is too much for Spark's stack.
    faulty = rows.withColumn(_FAULT, first).filter(column(_FAULT).isNotNull())
    found = faulty.orderBy(ROW).limit(_SHOWN_ROWS + 1).collect()
    if not found:
        return
    shown = "; ".join(
        f"{_place(rows, row)}: {_describe(row, faults[row[_FAULT]], spec)}" for row in found[:_SHOWN_ROWS]
    )
    more = "; and more" if len(found) > _SHOWN_ROWS else ""
    place = source_of(spec.source).ROW_1
    raise DataError(f"the source has rows that cannot be used ({place}): {shown}{more}")


def _place(rows: DataFrame, row: Row) -> str:
    """Which row it is, of which file if there are several."""
    alike = rows if row[FILE] is None else rows.filter(column(FILE) == row[FILE])
    number = alike.filter(column(ROW) <= row[ROW]).count()
    return f"row {number}" if row[FILE] is None else f"row {number} of {row[FILE]}"


def _describe(row: Row, fault: _Fault, spec: SnapshotSpec) -> str:
    if fault.column is None:
        return source_of(spec.source).fault_of(spec.source, row[BROKEN])
    value = row[fault.column]
    if fault.column in _numbers(spec):
        value = source_of(spec.source).number_of(spec.source, value)
    return f"column {fault.column!r} has {value!r}, which {fault.what}"
