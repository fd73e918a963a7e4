"""The parity gate: the scorer that will serve must agree with the Spark pipeline that was trained."""

import math
from collections.abc import Iterable, Iterator
from functools import reduce
from typing import Any

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from rookery_jobs import scorer
from rookery_jobs.contract import SnapshotSpec
from rookery_jobs.contract.columns import PREDICTION
from rookery_jobs.errors import RegistrationError
from rookery_jobs.spark.objectives import Objective
from rookery_jobs.spark.sides import SIDE
from rookery_jobs.spark.snapshot import Snapshot
from rookery_jobs.spark.text.values import column

_TOLERANCE = 1e-9

_REPORT = f"{SIDE} string, rows long, different long, largest double"


def check_rows(pipeline: Any, model: scorer.Scorer, snapshot: Snapshot, objective: Objective) -> None:
    """Raise RegistrationError unless the scorer agrees with the Spark pipeline on every row of the sides that
    no model is fitted on.

    The objective says what is compared. The comparison runs where the rows are; only counts and the largest
    difference of each side come back.
    """
    compare_batch = objective.compare_batch
    # mapInPandas takes no name with a dot or a backtick.
    names = {f"__input_{place}": name for place, name in enumerate(model.inputs)}

    def compare(batches: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        for batch in batches:
            for side, rows in batch.groupby(SIDE):
                yield compare_batch(rows.rename(columns=names), model).assign(**{SIDE: side})

    sides = [snapshot.side(side).withColumn(SIDE, F.lit(side)) for side in snapshot.spec.sides[1:]]
    predictions = pipeline.transform(reduce(DataFrame.unionByName, sides))
    inputs = [column(name).alias(safe) for safe, name in names.items()]
    report = (
        predictions.select(SIDE, *inputs, *objective.compared(predictions))
        .mapInPandas(compare, _REPORT)
        .groupBy(SIDE)
        .agg(F.sum("rows"), F.sum("different"), F.max("largest"))
        .collect()
    )
    for side, rows, different, largest in sorted(report, reverse=True):
        _require_equal(side, rows, different, largest, objective)


def _require_equal(side: str, rows: int, different: int, largest: float, objective: Objective) -> None:
    if different or not largest <= objective.TOLERANCE:
        raise RegistrationError(
            f"the scorer disagrees with the Spark pipeline on the {side} rows: {different} of {rows} "
            f"predictions differ, {objective.COMPARED} by up to {largest:g} "
            f"(allowed {objective.TOLERANCE:g}); no version is registered"
        )
    print(f"parity on {rows} {side} rows: predictions equal, {objective.COMPARED} within {largest:.1e}")


def check_refusals(pipeline: Any, model: scorer.Scorer, snapshot: Snapshot) -> None:
    """Raise RegistrationError unless Spark and the scorer agree on an unseen category, a missing one and a
    missing number: both refuse it where the spec says so, or both answer the same.

    The unchanged example must be scored by both, so that what is refused is the change.
    """
    example = dict(snapshot.manifest.example)
    expected, found = _spark_score(pipeline, snapshot, example), _scorer_score(model, example)
    if expected is None or not _same(expected, found):
        raise RegistrationError(f"the manifest's example gives {expected} by Spark, {found} by the scorer")
    for name, value, is_refused in _strange_values(snapshot.spec):
        record = {**example, name: value}
        by_spark, by_scorer = _spark_score(pipeline, snapshot, record), _scorer_score(model, record)
        taken = {"the Spark pipeline": by_spark is not None, "the scorer": by_scorer is not None}
        if is_refused and any(taken.values()):
            who = " and ".join(name for name, took in taken.items() if took)
            raise RegistrationError(f"{who} took a row with {name} = {value!r}, which must be refused")
        if not _same(by_spark, by_scorer):
            raise RegistrationError(
                f"a row with {name} = {value!r} gives {by_spark} by Spark, {by_scorer} by the scorer"
            )


def _strange_values(spec: SnapshotSpec) -> Iterator[tuple[str, str | None, bool]]:
    """Values that train may not have, and whether they must be refused."""
    treatment = spec.treatment
    for name in spec.categorical:
        yield name, None, treatment.drops_categorical and not treatment.keeps_unseen
        yield name, "a category that no row has", not treatment.keeps_unseen
    for name in (*spec.numeric[:1], *spec.boolean[:1]):
        yield name, None, treatment.drops_numeric


def _same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=_TOLERANCE, abs_tol=_TOLERANCE)


def _spark_score(pipeline: Any, snapshot: Snapshot, record: dict[str, Any]) -> float | None:
    types = snapshot.manifest.columns
    # Literals of one range, where createDataFrame would start a Python worker for each record.
    values = [F.lit(value).cast(types[name]).alias(name) for name, value in record.items()]
    frame = snapshot.spark.range(0, 1, 1, 1).select(*values)
    try:
        return float(pipeline.transform(frame).select(PREDICTION).collect()[0][0])
    except Exception:  # Spark 3.5 raises py4j's error here, Spark 4 its own
        return None


def _scorer_score(model: scorer.Scorer, record: dict[str, Any]) -> float | None:
    try:
        return float(model.score({name: [value] for name, value in record.items()}).prediction[0])
    except scorer.InvalidRow:
        return None
