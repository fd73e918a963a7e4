"""Labels that are classes, and the sides of a split on which classes can be learnt."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from rookery_jobs.contract import LABEL_FAULT, MAX_CLASSES, SnapshotSpec, first_ten
from rookery_jobs.errors import DataError
from rookery_jobs.spark.objectives.objective import Survey
from rookery_jobs.spark.sides import SIDE, seen

__all__ = ["LABEL_FAULT", "label", "survey"]

_CLASS = r"^\\+?[0-9]+$"


def label(name: str) -> Column:
    """The column's text as an int, at least 0; null where it is none."""
    return F.expr(f"CASE WHEN trim(`{name}`) RLIKE '{_CLASS}' THEN try_cast(trim(`{name}`) AS int) END")


def survey(rows: DataFrame, spec: SnapshotSpec) -> Survey:
    """Count the rows of each class on each side. Raises DataError unless every side has every class, of which
    there are at least two."""
    counted = sorted(tuple(row) for row in rows.groupBy(SIDE, f"`{spec.label}`").count().collect())
    counts = {
        side: {str(one): count for found, one, count in counted if found == side} for side in spec.sides
    }
    _check(counts, spec)
    return Survey({side: sum(classes.values()) for side, classes in counts.items()}, counts)


def _check(counts: dict[str, dict[str, int]], spec: SnapshotSpec) -> None:
    classes = sorted({int(one) for side in counts.values() for one in side})
    if len(classes) < 2:
        raise DataError(
            f"label {spec.label!r} has only the class {first_ten(classes)} in the complete rows{seen(spec)}; "
            "two are needed"
        )
    if classes[-1] >= MAX_CLASSES:
        raise DataError(
            f"label {spec.label!r} has the class {classes[-1]}; classes must be below {MAX_CLASSES}, since a "
            "model has coefficients for every class up to the largest"
        )
    later = " or a later as_of" if spec.as_of else ""
    for side, present in counts.items():
        missing = [one for one in classes if str(one) not in present]
        if missing:
            raise DataError(
                f"the split leaves no row of class {first_ten(missing)} on the {side} side{seen(spec)} "
                f"(rows per class there: {_counted(present)}); take a larger size for that side or more data"
                f"{later}, or leave such a rare class out"
            )


def _counted(classes: dict[str, int]) -> str:
    return first_ten(f"{one}: {count}" for one, count in classes.items()) or "none"
