"""Whether the winner of a sweep may take the champion's place."""

import math
import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from mlflow import MlflowClient
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from rookery_jobs.contract import PROMOTE, Decision, RegistrationSpec, metric_of
from rookery_jobs.contract.objectives.classification import LOG_LOSS
from rookery_jobs.spark.caching import cached
from rookery_jobs.spark.files import ClusterFiles
from rookery_jobs.spark.judge import weighted
from rookery_jobs.spark.judge.bootstrap import Bootstrap, Improvement
from rookery_jobs.spark.judge.both import (
    CHALLENGER,
    CHALLENGER_SCORE,
    CHAMPION,
    CHAMPION_SCORE,
    LABEL,
    REFUSED,
    both_predictions,
)
from rookery_jobs.spark.judge.champion import Incomparable, champion_of, require_comparable
from rookery_jobs.spark.objectives.classification.evaluation import value_of
from rookery_jobs.spark.snapshot import Snapshot
from rookery_jobs.spark.text.values import column

MOST_ROWS = 100_000
"""Of which metrics that need every row are compared; they are chosen by a hash of the row."""


def decide(client: MlflowClient, spec: RegistrationSpec, pipeline: Any, snapshot: Snapshot) -> Decision:
    """Compare the pipeline with the champion of the spec, if there is one, by the spec's rule."""
    rule = spec.judge
    if not rule.champion:
        return Decision(promoted=True, why="it is compared with no version; the plan's gates alone decide")
    try:
        found = _improvement(client, spec, pipeline, snapshot)
    except Incomparable as reason:
        promoted = rule.on_incomparable == PROMOTE
        why = f"{reason} (on_incomparable is {rule.on_incomparable})"
        return Decision(promoted=promoted, champion=rule.champion, why=why)
    return Decision(
        promoted=found.low >= rule.min_improvement,
        champion=rule.champion,
        metric=rule.metric,
        challenger_value=found.challenger,
        champion_value=found.champion,
        low=found.low,
        high=found.high,
        confidence=rule.confidence,
        min_improvement=rule.min_improvement,
    )


def measured(decision: Decision) -> Mapping[str, float]:
    """The metrics that the decision adds to those of the winner's MLflow run."""
    if not decision.metric:
        return {}
    return {
        f"champion_test_{decision.metric}": decision.champion_value,
        f"improvement_{decision.metric}_low": decision.low,
        f"improvement_{decision.metric}_high": decision.high,
    }


def _improvement(
    client: MlflowClient, spec: RegistrationSpec, pipeline: Any, snapshot: Snapshot
) -> Improvement:
    with tempfile.TemporaryDirectory() as folder:
        champion = champion_of(client, spec, ClusterFiles(snapshot.spark), Path(folder))
    require_comparable(champion, snapshot)
    metric = spec.judge.metric
    rows = _sample(snapshot) if metric in weighted.METRICS else snapshot.side("test")
    own = metric == LOG_LOSS
    with cached(both_predictions(champion, pipeline, snapshot, rows, of_own_class=own)) as both:
        _require_answers(both)
        found = _compared(both, spec, snapshot)
    if not all(map(math.isfinite, found)):
        raise Incomparable(f"{metric} cannot be measured on these test rows")
    return found


def _compared(both: DataFrame, spec: RegistrationSpec, snapshot: Snapshot) -> Improvement:
    rule = spec.judge
    bootstrap = Bootstrap(
        rule.confidence, metric_of(rule.metric).larger_is_better, seed=snapshot.spec.split.seed
    )
    if rule.metric not in weighted.METRICS:
        counted = both.groupBy(LABEL, CHALLENGER, CHAMPION).count().collect()
        measured = partial(value_of, name=rule.metric, labels=snapshot.manifest.labels)
        joint = {(row[0], row[1], row[2]): int(row[3]) for row in sorted(map(tuple, counted))}
        return bootstrap.counted(joint, measured)
    taken = both.select(LABEL, CHALLENGER_SCORE, CHAMPION_SCORE)
    # In one order, whatever the partitions: the weights are drawn by it.
    frame = taken.toPandas().sort_values(list(taken.columns))
    label, challenger, champion = (frame[name].to_numpy(dtype=float) for name in taken.columns)
    return bootstrap.weighted(label, challenger, champion, weighted.METRICS[rule.metric])


def _require_answers(both: DataFrame) -> None:
    refused = both.filter(F.col(REFUSED).isNotNull()).select(REFUSED).limit(1).collect()
    if refused:
        raise Incomparable(f"it refuses test rows: {refused[0][0]}")


def _sample(snapshot: Snapshot) -> DataFrame:
    test = snapshot.side("test")
    share = MOST_ROWS / max(1, snapshot.manifest.rows["test"])
    if share >= 1:
        return test
    hashed = F.xxhash64(*[column(name) for name in test.columns])
    return test.filter(F.pmod(hashed, F.lit(2**20)) < share * 2**20)
