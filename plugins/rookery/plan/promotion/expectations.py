"""What a plan expects of the data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Annotated, Any

from pydantic import Field, FiniteFloat

from rookery.mistakes import Mistake
from rookery.parts import Part, checked, refused
from rookery.plan.features import Features
from rookery_jobs.contract import (
    WARN,
    ContractError,
    ExpectationsSpec,
    check_allowed,
    check_range,
)


def _check(what: str, value: float | str) -> Iterator[Mistake]:
    changes: dict[str, Any] = {what: value}
    yield from refused(partial(ExpectationsSpec, **changes), ContractError)


class Expectations(Part):
    """What the data must be like, beside what the source and the split need. It is judged on the prepared
    rows, before anything is trained; all that is not as expected is told at once."""

    min_rows_per_class: Annotated[int, Field(ge=0)] = 0
    """How many rows each class must have, on all sides together."""
    allowed: dict[str, tuple[str, ...]] = {}  # noqa: RUF012 - pydantic copies it
    """For categorical features, the values that they may have."""
    ranges: dict[str, tuple[FiniteFloat | None, FiniteFloat | None]] = {}  # noqa: RUF012
    """For numeric features, the lowest and the highest value; None is no limit."""
    max_psi: Annotated[FiniteFloat, checked(partial(_check, "max_psi"))] = 0.25
    """How far a feature or the label may have drifted from the champion's data: the largest population
    stability index. Below 0.1 there is commonly no shift, above 0.25 a significant one."""
    on_drift: Annotated[str, checked(partial(_check, "on_drift"))] = WARN
    """What follows a drift beyond that: `warn` (the run says so and goes on), `refuse` or `ignore`. Without a
    champion, or its snapshot, nothing is compared."""

    def spec(self, champion_snapshot: str = "") -> ExpectationsSpec:
        """The same for a job run, with the path of the champion's snapshot ("": none)."""
        return ExpectationsSpec(
            min_rows_per_class=self.min_rows_per_class,
            allowed=dict(self.allowed),
            ranges=dict[str, Any](self.ranges),
            max_psi=self.max_psi,
            on_drift=self.on_drift,
            champion_snapshot=champion_snapshot,
        )


def check_expectations(expectations: Expectations, features: Features) -> Iterator[Mistake]:
    """Expectations of columns that the plan has, each of its kind."""
    yield from _named("allowed", expectations.allowed, features.categorical, "categorical")
    yield from _named("ranges", expectations.ranges, features.numeric, "numeric")
    for name, values in expectations.allowed.items():
        yield from refused(partial(check_allowed, values), ContractError, "allowed", name)
    for name, limits in expectations.ranges.items():
        yield from refused(partial(check_range, limits), ContractError, "ranges", name)


def _named(field: str, given: Mapping[str, object], columns: tuple[str, ...], kind: str) -> Iterator[Mistake]:
    for name in given:
        if name not in columns:
            known = ", ".join(columns) or "none"
            yield Mistake(f"it is no {kind} feature of the plan; these are {known}", (field, name))
