"""What a new version must be to take the champion's place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Annotated, Any

from pydantic import FiniteFloat

from rookery.mistakes import Mistake
from rookery.parts import Part, checked, refused
from rookery.plan.sweep import Sweep, objective_of
from rookery_jobs.contract import PROMOTE, ContractError, JudgeSpec


def _check(what: str, value: float | str) -> Iterator[Mistake]:
    changes: dict[str, Any] = {what: value}
    yield from refused(partial(JudgeSpec, **changes), ContractError)


class Judge(Part):
    """The rule by which a new version replaces the one that serves (the champion). Both are measured on the
    new run's test rows, by the plan's metric."""

    min_improvement: FiniteFloat = 0.0
    """By how much the new version must be better, in units of the metric. Below 0, it may be so much
    worse."""
    confidence: Annotated[FiniteFloat, checked(partial(_check, "confidence"))] = 0.95
    """How sure that must be, above 0 and below 1: the lower end of the difference's bootstrap interval of
    this confidence must reach `min_improvement`. The fewer test rows, the wider it is."""
    min_class_recall: Annotated[FiniteFloat, checked(partial(_check, "min_class_recall"))] = 0.0
    """The share of the test rows of each class that must be found, from 0 (no matter) to 1. A model that
    misses it is not registered, as with a gate."""
    on_incomparable: Annotated[str, checked(partial(_check, "on_incomparable"))] = PROMOTE
    """What becomes of a version that cannot be compared with the champion (another label, another split, a
    champion without its snapshot): `promote` or `refuse`."""

    def spec(self, metric: str, champion: str) -> JudgeSpec:
        """The same for a job run, with the version to compare with ("": none)."""
        return JudgeSpec(
            metric=metric,
            champion=champion,
            min_improvement=self.min_improvement,
            confidence=self.confidence,
            min_class_recall=self.min_class_recall,
            on_incomparable=self.on_incomparable,
        )


def check_judge_of(judge: Judge, sweep: Sequence[Sweep]) -> Iterator[Mistake]:
    """No floor for classes where there are none."""
    if judge.min_class_recall and objective_of(sweep) != "classification":
        text = f"{judge.min_class_recall:g} cannot be, as a {objective_of(sweep)} has no classes"
        yield Mistake(text, ("min_class_recall",))
