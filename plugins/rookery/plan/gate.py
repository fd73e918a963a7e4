"""What a model is chosen by, and what it must reach."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

from pydantic import FiniteFloat

from rookery.mistakes import Mistake, did_you_mean
from rookery.parts import Part, checked
from rookery.plan.sweep import Sweep, objective_of
from rookery_jobs.contract import METRICS, OBJECTIVES, unknown_metric


def check_metric(name: str) -> Iterator[Mistake]:
    """One that Spark's evaluators compute."""
    if name not in METRICS:
        yield Mistake(unknown_metric(name, did_you_mean(name, METRICS)))


def check_metric_of(name: str, sweep: Sequence[Sweep]) -> Iterator[Mistake]:
    """One that tells how well the sweep's algorithms do what they are for."""
    objective = objective_of(sweep)
    known = OBJECTIVES[objective].metrics
    if name not in known:
        yield Mistake(f"{name} does not measure {objective}; its metrics are {', '.join(known)}")


def check_gates(gates: Sequence[Gate], sweep: Sequence[Sweep]) -> Iterator[Mistake]:
    """Gates of metrics that tell how well the sweep's algorithms do what they are for."""
    for index, gate in enumerate(gates):
        for mistake in check_metric_of(gate.metric, sweep):
            yield Mistake(mistake.text, (index, "metric"))


def _check_threshold(value: float, metric: str) -> Iterator[Mistake]:
    """A value that the metric can have."""
    known = METRICS[metric]
    if not known.low <= value <= known.high:
        yield Mistake(f"{value:g} is not in {known.range}, where {metric} is")


class Gate(Part):
    """A metric's threshold on the test rows: a model that misses it is not registered."""

    metric: Annotated[str, checked(check_metric)]
    """By Spark's name."""
    threshold: Annotated[FiniteFloat, checked(_check_threshold, "metric")]
    """A value that the metric can have: 0 to 1 for those of classes. For a metric that is better when
    smaller, it is the most that is allowed."""
