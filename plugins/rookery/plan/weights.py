"""What a row weighs in training, by its label."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Annotated

from pydantic import BeforeValidator, FiniteFloat

from rookery.mistakes import Mistake
from rookery.parts import refused
from rookery.plan.sweep import Sweep, objective_of
from rookery_jobs.contract import (
    OBJECTIVES,
    ContractError,
    check_class_weights,
    check_label_weights,
    label_of,
)


def _with_texts(given: object) -> object:
    """Labels as the texts that they are in a file: JSON has no other keys."""
    if not isinstance(given, Mapping):
        return given
    return {str(label).lower() if isinstance(label, bool) else str(label): w for label, w in given.items()}


ByLabel = Annotated[dict[str, FiniteFloat], BeforeValidator(_with_texts)]
"""Label → weight."""


def by_label(weights: str | Mapping[str, float], label_type: str) -> dict[str, float]:
    """The weights of the labels that have one, each label as the data has it."""
    if isinstance(weights, str):
        return {}
    return {label_of(label, label_type) or label: weight for label, weight in weights.items()}


def check_weights(
    weights: str | Mapping[str, float], sweep: Sequence[Sweep], label_type: str | None
) -> Iterator[Mistake]:
    """Weights of classes, which are there and have labels of the plan's type."""
    objective = objective_of(sweep)
    if isinstance(weights, str):
        yield from refused(partial(check_class_weights, weights, objective), ContractError)
        return
    kind = label_type or OBJECTIVES[objective].label_type
    known = by_label(weights, kind)
    if len(known) < len(weights):
        yield Mistake("it has one label twice")
    if not known:
        yield Mistake("it is empty; name a label with its weight, or leave it out")
    yield from refused(partial(check_label_weights, known, kind), ContractError)
