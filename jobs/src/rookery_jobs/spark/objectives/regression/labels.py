"""Labels that are real numbers, and the sides of a split on which they can be learnt."""

from collections.abc import Mapping, Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from rookery_jobs.contract import SnapshotSpec
from rookery_jobs.contract.objectives.regression import LABEL_FAULT
from rookery_jobs.errors import DataError
from rookery_jobs.spark.objectives.objective import Survey
from rookery_jobs.spark.sides import SIDE, seen
from rookery_jobs.spark.text.values import column, double


def label_fault(label_type: str) -> str:  # noqa: ARG001  (there is one type)
    """What is wrong with text that is no number."""
    return LABEL_FAULT


def label(name: str, label_type: str) -> Column:  # noqa: ARG001
    """The column's text as a finite double; null where it is none."""
    return double(name)


def survey(rows: DataFrame, spec: SnapshotSpec) -> Survey:
    """Count the rows of each side. Raises DataError unless each has a row, and train two different labels."""
    value = column(spec.label)
    found = rows.groupBy(SIDE).agg(F.count(F.lit(1)), F.min(value) < F.max(value)).collect()
    counts = {side: (rows_there, differ) for side, rows_there, differ in found}
    for side in spec.sides:
        if side not in counts:
            raise DataError(
                f"the split leaves no row on the {side} side{seen(spec)}; take a larger size for that side "
                "or more data"
            )
    if not counts["train"][1]:
        raise DataError(
            f"label {spec.label!r} has one value alone in the train rows{seen(spec)}: there is nothing to "
            "predict"
        )
    return Survey({side: counts[side][0] for side in spec.sides}, {})


def check_counts(class_counts: Mapping[str, Mapping[str, int]], spec: SnapshotSpec) -> None:
    """Numbers have no classes that could be too many."""


def target(spec: SnapshotSpec, labels: Sequence[str]) -> Column:  # noqa: ARG001  (numbers are not indexed)
    """The label itself."""
    return column(spec.label)
