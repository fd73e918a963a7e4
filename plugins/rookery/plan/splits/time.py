"""Rows dealt out by their time: the latest judge."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Annotated, Literal

from rookery.mistakes import Mistake
from rookery.parts import checked, refused
from rookery.plan.splits.split import Split
from rookery_jobs.contract import ContractError, TimeSplitSpec, check_split_days, check_split_key


def _check_days(test_days: int, validation_days: int) -> Iterator[Mistake]:
    """Days that leave some to judge by."""
    yield from refused(partial(check_split_days, validation_days, test_days), ContractError)


class TimeSplit(Split):
    """The latest rows judge the winner, those before them choose it, and all earlier ones are trained on: a
    model that is used meets rows that are later than those it has learnt from.

    The days are counted back from the latest row that a run sees.
    """

    kind: Literal["time"] = "time"
    column: str
    """The time of a row: a column of dates or ISO 8601 timestamps (in UTC where they name no zone)."""
    validation_days: int
    """Days whose rows choose the best point. With 0, the test rows choose it too."""
    test_days: Annotated[int, checked(_check_days, "validation_days")]
    """The last days, whose rows the winner is judged on."""
    seed: int = 0
    """For algorithms that need chance."""

    def mistakes(self, label: str) -> Iterator[Mistake]:
        """What is wrong with it beside this label."""
        yield from refused(partial(check_split_key, self.column, label), ContractError, "column")

    @property
    def shares(self) -> dict[str, float]:
        """None: how many rows a day has is told by the data."""
        return {}

    @property
    def how(self) -> str:
        """What decides where a row goes, in words."""
        test = f"by {self.column}: test the last {self.test_days} days"
        return f"{test}, validation the {self.validation_days} days before, train all earlier rows"

    def spec(self) -> TimeSplitSpec:
        """The split, as the specs of job runs have it."""
        return TimeSplitSpec(self.column, self.validation_days, self.test_days, self.seed)
