"""Labels that are classes, and the sides of a split on which classes can be learnt."""

from collections.abc import Mapping, Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from rookery_jobs.contract import LABEL_FAULTS, MAX_CLASSES, SnapshotSpec, first_ten, in_order
from rookery_jobs.errors import DataError
from rookery_jobs.spark.objectives.objective import Survey
from rookery_jobs.spark.sides import SIDE, seen
from rookery_jobs.spark.text.values import column, quoted

__all__ = ["check_counts", "label", "label_fault", "survey", "target"]

_CLASS = r"^\\+?[0-9]+$"
_WHOLE = r"^[+-]?[0-9]+(\\.0+)?$"


def label_fault(label_type: str) -> str:
    """What is wrong with text that is no label of this type."""
    return LABEL_FAULTS[label_type]


def label(name: str, label_type: str) -> Column:
    """The column's text as a label: an int of at least 0, or the text of a bigint, a boolean or a category
    (by the text rule, which the caller applies); null where it is none."""
    text = f"trim({quoted(name)})"
    if label_type == "int":
        return F.expr(f"CASE WHEN {text} RLIKE '{_CLASS}' THEN try_cast({text} AS int) END")
    if label_type == "long":
        whole = f"try_cast(substring_index({text}, '.', 1) AS bigint)"
        return F.expr(f"CASE WHEN {text} RLIKE '{_WHOLE}' THEN cast({whole} AS string) END")
    if label_type == "boolean":
        return F.expr(f"CASE WHEN lower({text}) IN ('true', 'false') THEN lower({text}) END")
    return column(name)


def survey(rows: DataFrame, spec: SnapshotSpec) -> Survey:
    """Count the rows of each class on each side. Raises DataError unless every side has every class, of which
    there are at least two."""
    found = [tuple(row) for row in rows.groupBy(SIDE, column(spec.label)).count().collect()]
    classes = in_order({str(one) for _, one, _ in found}, spec.label_type)
    counted = {(side, str(one)): count for side, one, count in found}
    counts = {
        side: {one: counted[side, one] for one in classes if (side, one) in counted} for side in spec.sides
    }
    _check(classes, counts, spec)
    labels = () if spec.label_type == "int" else tuple(classes)
    return Survey({side: sum(counts[side].values()) for side in counts}, counts, labels)


def target(spec: SnapshotSpec, labels: Sequence[str]) -> Column:
    """The class of a row: the label itself, or its place among the labels."""
    if not labels:
        return column(spec.label)
    places = [F.lit(each) for place, one in enumerate(labels) for each in (one, place)]
    return F.create_map(*places)[column(spec.label)]


def check_counts(class_counts: Mapping[str, Mapping[str, int]], spec: SnapshotSpec) -> None:
    """Raise DataError for more classes than a model, or an algorithm of the plan, can tell apart, and for a
    metric of a class that is not there."""
    classes = in_order({one for counts in class_counts.values() for one in counts}, spec.label_type)
    unknown = [one for one in spec.measured_labels if one not in classes]
    if unknown:
        raise DataError(
            f"a metric of the plan is measured for {first_ten(unknown)}, which no complete row has as its "
            f"label {spec.label!r}{seen(spec)}; there are {first_ten(classes)}"
        )
    limit = min(MAX_CLASSES, spec.max_classes or MAX_CLASSES)
    why = (
        "a model has numbers for every class"
        if limit == MAX_CLASSES
        else "an algorithm or a metric of the plan has two"
    )
    if spec.label_type == "int" and int(classes[-1]) >= limit:
        raise DataError(
            f"label {spec.label!r} has the class {classes[-1]}; classes must be below {limit}, since {why} "
            "up to the largest"
        )
    if len(classes) > limit:
        raise DataError(
            f"label {spec.label!r} has {len(classes)} classes ({first_ten(classes)}); at most {limit} are "
            f"possible, since {why}"
        )


def _check(classes: Sequence[str], counts: dict[str, dict[str, int]], spec: SnapshotSpec) -> None:
    if len(classes) < 2:
        raise DataError(
            f"label {spec.label!r} has only the class {first_ten(classes)} in the complete rows{seen(spec)}; "
            "two are needed"
        )
    check_counts(counts, spec)
    unknown = [one for one in spec.label_weights if one not in classes]
    if unknown:
        raise DataError(
            f"class_weights names {first_ten(unknown)}, which no complete row has as its label "
            f"{spec.label!r}{seen(spec)}; there are {first_ten(classes)}"
        )
    if spec.probabilities and len({one.lower() for one in classes}) < len(classes):
        raise DataError(
            f"label {spec.label!r} has values that differ in upper and lower case alone; their probabilities "
            f"would be columns of one name to Spark: write them alike, or say probabilities=False; there are "
            f"{first_ten(classes)}"
        )
    later = " or a later as_of" if spec.as_of else ""
    for side, present in counts.items():
        missing = [one for one in classes if one not in present]
        if missing:
            raise DataError(
                f"the split leaves no row of class {first_ten(missing)} on the {side} side{seen(spec)} "
                f"(rows per class there: {_counted(present)}); take a larger size for that side or more data"
                f"{later}, or leave such a rare class out"
            )


def _counted(classes: dict[str, int]) -> str:
    return first_ten(f"{one}: {count}" for one, count in classes.items()) or "none"
