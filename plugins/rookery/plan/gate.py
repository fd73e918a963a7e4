"""What a model is chosen by, and what it must reach."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Annotated

from pydantic import FiniteFloat

from rookery.mistakes import Mistake, did_you_mean
from rookery.parts import Part, checked, refused
from rookery.plan.sweep import Sweep, objective_of
from rookery_jobs.contract import (
    BY_LABEL,
    LABEL_FAULTS,
    METRICS,
    OBJECTIVES,
    ContractError,
    OfLabel,
    label_of,
    metric_of,
    of_label,
    unknown_metric,
)


def check_metric(name: str) -> Iterator[Mistake]:
    """One that Spark's evaluators compute."""
    faults = list(refused(partial(of_label, name), ContractError))
    yield from faults
    if not faults and not of_label(name) and name not in METRICS:
        yield Mistake(unknown_metric(name, did_you_mean(name, [*METRICS, *BY_LABEL])))


def check_metric_of(name: str, sweep: Sequence[Sweep], label_type: str | None) -> Iterator[Mistake]:
    """One that tells how well the sweep's algorithms do what they are for; of one label, if that is named as
    the data has it."""
    objective = objective_of(sweep)
    known = OBJECTIVES[objective]
    found = of_label(name)
    if (found.metric if found else name) not in {**known.metrics, **known.by_label}:
        yield Mistake(f"{name} does not measure {objective}; its metrics are {', '.join(known.metrics)}")
    elif found:
        yield from _check_label(found, label_type or known.label_type)


def _check_label(found: OfLabel, label_type: str) -> Iterator[Mistake]:
    label = label_of(found.label, label_type)
    if label is None:
        yield Mistake(f"{found.label!r} {LABEL_FAULTS[label_type]}")
    elif label != found.label:
        yield Mistake(f"the label {found.label!r} is {label!r} in the data: write {found.metric}/{label}")


def check_gates(gates: Sequence[Gate], sweep: Sequence[Sweep], label_type: str | None) -> Iterator[Mistake]:
    """Gates of metrics that tell how well the sweep's algorithms do what they are for."""
    for index, gate in enumerate(gates):
        for mistake in check_metric_of(gate.metric, sweep, label_type):
            yield Mistake(mistake.text, (index, "metric"))


def _check_threshold(value: float, metric: str) -> Iterator[Mistake]:
    """A value that the metric can have."""
    known = metric_of(metric)
    if not known.low <= value <= known.high:
        yield Mistake(f"{value:g} is not in {known.range}, where {metric} is")


class Gate(Part):
    """A metric's threshold on the test rows: a model that misses it is not registered."""

    metric: Annotated[str, checked(check_metric)]
    """By Spark's name; one of a single class with the label, as in `recallByLabel/yes`."""
    threshold: Annotated[FiniteFloat, checked(_check_threshold, "metric")]
    """A value that the metric can have: 0 to 1 for those of classes. For a metric that is better when
    smaller, it is the most that is allowed."""
