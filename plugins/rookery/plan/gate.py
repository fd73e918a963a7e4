"""What a model is chosen by, and what it must reach."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import FiniteFloat

from rookery.mistakes import Mistake, did_you_mean
from rookery.parts import Part, checked
from rookery_jobs.contract import METRICS, unknown_metric


def check_metric(name: str) -> Iterator[Mistake]:
    """One that Spark's evaluator computes."""
    if name not in METRICS:
        yield Mistake(unknown_metric(name, did_you_mean(name, METRICS)))


def _check_threshold(value: float, metric: str) -> Iterator[Mistake]:
    """A value that the metric can have."""
    low, high = METRICS[metric].low, METRICS[metric].high
    if not low <= value <= high:
        yield Mistake(f"{value:g} is not in {low:g} to {high:g}, where {metric} is")


class Gate(Part):
    """A metric's threshold on the test rows: a model that misses it is not registered."""

    metric: Annotated[str, checked(check_metric)]
    """By Spark's name."""
    threshold: Annotated[FiniteFloat, checked(_check_threshold, "metric")]
    """From 0 to 1; for a metric that is better when smaller, the most that is allowed."""
