"""Job entry point: train a shard of a sweep, one MLflow run per point."""

import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]
from pyspark import inheritable_thread_target
from pyspark.sql import SparkSession

from rookery_jobs import contract
from rookery_jobs.contract import Point, SweepSpec, first_ten
from rookery_jobs.errors import ContractError, TrainingError
from rookery_jobs.grid import Scored
from rookery_jobs.spark.files import ClusterFiles
from rookery_jobs.spark.model_artifact import log_model
from rookery_jobs.spark.pipeline import Featurised, featurise
from rookery_jobs.spark.runs.claims import Claim, Claims
from rookery_jobs.spark.runs.model_logging import ModelLogging
from rookery_jobs.spark.runs.parent import parent_of
from rookery_jobs.spark.runs.points import PointRuns
from rookery_jobs.spark.runs.tracking import connect
from rookery_jobs.spark.snapshot import Snapshot, load_snapshot

THREADS = 4
"""Points fitted at a time. A fit of little data is many short Spark jobs, which leave cores idle."""


def main(spark: SparkSession, arguments: list[str]) -> None:
    """`arguments`: the path of the SweepSpec, and the half-open range [start, stop) of its points.

    A point that this experiment has finished, or that another sweep is fitting, is not fitted again. Raises
    TrainingError, after all other points, if points failed.
    """
    path, start, stop = arguments
    spec = SweepSpec.from_json(ClusterFiles(spark).read_text(path))
    shard = _range(spec, int(start), int(stop))
    client = connect()
    runs = PointRuns(client, spec, shard, parent_of(client, spec.parent_run_id))
    known = _finished(runs, shard, spec.metric)
    missing = [point for point in shard if point.point_id not in known]
    print(f"points {start} to {stop}: {len(known)} found again, {len(missing)} to train")
    if not missing and spec.log_models == contract.LOG_AUTO:
        return
    snapshot = load_snapshot(spark, spec.snapshot_path, spec.snapshot_digest)
    with featurise(snapshot) as featurised:
        with Claims(runs) as claims:
            outcomes = _train_all(claims, runs, featurised, missing)
        trained = {one.scored.point.point_id: one for one in outcomes if isinstance(one, Trained)}
        finished = [*known.values(), *(one for one in outcomes if isinstance(one, Scored))]
        finished += [one.scored for one in trained.values()]
        _log_models(runs, featurised, snapshot, finished, trained)
    _raise_for([one for one in outcomes if isinstance(one, Failed)])


@dataclass(frozen=True)
class Trained:
    """A point with its fitted Spark model (the estimator's, without the feature stages), and the seconds that
    the fit took."""

    scored: Scored
    model: Any
    seconds: float


@dataclass(frozen=True)
class Failed:
    """A point that Spark could not fit or score, with the reason."""

    point: Point
    error: str


Outcome = Trained | Failed | Scored
"""What became of a point: fitted here, failed here, or found finished by another sweep."""


def _range(spec: SweepSpec, start: int, stop: int) -> tuple[Point, ...]:
    if not 0 <= start < stop <= len(spec.points):
        raise ContractError(f"the sweep has {len(spec.points)} points; [{start}, {stop}) is no range of them")
    return spec.points[start:stop]


def _finished(runs: PointRuns, shard: Sequence[Point], metric: str) -> dict[str, Scored]:
    wanted = {point.point_id: point for point in shard}
    found: dict[str, Scored] = {}
    for run in runs.finished():
        point = wanted.get(run.data.tags.get(contract.TAG_POINT, ""))
        if point and metric in run.data.metrics:
            found.setdefault(point.point_id, Scored(point, run.info.run_id, run.data.metrics))
    return found


def _train_all(
    claims: Claims, runs: PointRuns, featurised: Featurised, points: Sequence[Point]
) -> list[Outcome]:
    # It is about SparkSession.addTag, which the jobs do not use; job tags are local properties, inherited.
    warnings.filterwarnings("ignore", "Spark session is not provided", UserWarning)
    outcomes: list[Outcome] = []
    with ThreadPoolExecutor(THREADS) as pool:
        while points:
            # Wrapped once per point: the wrapper holds one copy of this thread's Spark properties (the tags
            # that cancel the run's jobs among them), which concurrent fits must not share.
            futures = [
                pool.submit(inheritable_thread_target(_train_point), claims, runs, featurised, point)
                for point in points
            ]
            ended = [future.result() for future in futures]
            outcomes += [one for one in ended if one is not None]
            # What another sweep is fitting is looked at again when the others are done.
            points = [point for point, one in zip(points, ended, strict=True) if one is None]
            if points:
                claims.pause()
    return outcomes


def _train_point(claims: Claims, runs: PointRuns, featurised: Featurised, point: Point) -> Outcome | None:
    """None if another sweep is fitting the point."""
    claim = claims.take(point, time.time())
    if not isinstance(claim, Claim):
        return Scored(point, claim.info.run_id, claim.data.metrics) if claim else None
    try:
        return _fit(claim.run_id, runs, featurised, point)
    finally:
        claims.release(claim.run_id)


def _fit(run_id: str, runs: PointRuns, featurised: Featurised, point: Point) -> Trained | Failed:
    # One more request, which a fit need not wait for.
    with ThreadPoolExecutor(1) as beside:
        described = beside.submit(runs.parent.log_datasets, runs.client, run_id)
        outcome = _fitted(run_id, runs, featurised, point)
    described.result()
    return outcome


def _fitted(run_id: str, runs: PointRuns, featurised: Featurised, point: Point) -> Trained | Failed:
    began = time.monotonic()
    try:
        model = featurised.fit(point)
        seconds = time.monotonic() - began
        measured = featurised.measure(model, runs.spec.metric)
    except Exception as error:  # whatever Spark raises for one point must not end the others
        text = _describe(error)
        runs.fail(run_id, point, text)
        return Failed(point, text)
    logged = _logged(measured, featurised, runs.spec.metric)
    runs.finish(run_id, point, {**logged, contract.DURATION_METRIC: time.monotonic() - began})
    return Trained(Scored(point, run_id, logged), model, seconds)


def _logged(measured: Mapping[str, float], featurised: Featurised, metric: str) -> dict[str, float]:
    return {name: measured[name] for name in dict.fromkeys([*featurised.objective.OBJECTIVE.logged, metric])}


def _describe(error: Exception) -> str:
    """The error in one line: Spark's messages carry a Java stack trace after the first, Java's own errors
    have the reason in that of a cause."""
    if isinstance(error, Py4JJavaError):
        return "; caused by ".join(_first_line(each.toString()) for each in _chain(error.java_exception))
    return f"{type(error).__name__}: {_first_line(str(error)) or repr(error)}"


def _chain(throwable: Any) -> Iterator[Any]:
    while throwable is not None:
        yield throwable
        throwable = throwable.getCause()


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]


def _log_models(
    runs: PointRuns,
    featurised: Featurised,
    snapshot: Snapshot,
    finished: Sequence[Scored],
    trained: Mapping[str, Trained],
) -> None:
    """Log the models that the sweep's rule asks for; a point found again is fitted anew."""
    seconds = {point_id: one.seconds for point_id, one in trained.items()}
    for one in ModelLogging(runs, featurised.refit_is_exact).wanted(finished, seconds):
        fitted = trained.get(one.point.point_id)
        model = fitted.model if fitted else featurised.fit(one.point)
        log_model(runs.client, one.mlflow_run_id, featurised.pipeline_of(model), snapshot, runs.spec.tmp_path)


def _raise_for(failed: Sequence[Failed]) -> None:
    if failed:
        reasons = first_ten(
            (f"{one.point.point_id} {one.point.algorithm} {one.point.params}: {one.error}" for one in failed),
            separator="; ",
        )
        raise TrainingError(f"{len(failed)} points failed (their MLflow runs have the errors): {reasons}")
