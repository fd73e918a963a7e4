"""What a model is chosen by, and what it must reach."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import FiniteFloat

from rookery.mistakes import Mistake, did_you_mean
from rookery.parts import Part, checked
from rookery_jobs.contract import METRICS


def check_metric(name: str) -> Iterator[Mistake]:
    """One that Spark's evaluator computes."""
    if name not in METRICS:
        known = ", ".join(METRICS)
        yield Mistake(f"unknown metric {name!r}{did_you_mean(name, METRICS) or f'; known are {known}'}")


def _check_threshold(value: float) -> Iterator[Mistake]:
    """A value that a metric can have: all of them are shares."""
    if not 0 <= value <= 1:
        yield Mistake(f"{value:g} is not in 0 to 1, where all metrics are")


class Gate(Part):
    """A metric's threshold on the test rows: a model that misses it is not registered."""

    metric: Annotated[str, checked(check_metric)]
    """By Spark's name."""
    threshold: Annotated[FiniteFloat, checked(_check_threshold)]
    """From 0 to 1; for a metric that is better when smaller, the most that is allowed."""
