"""Rows dealt out by a hash: the same row always on the same side."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Annotated, Literal

from pydantic import FiniteFloat

from rookery.mistakes import Mistake
from rookery.parts import checked, refused
from rookery.plan.splits.split import Split
from rookery_jobs.contract import ContractError, RandomSplitSpec, check_split_key, check_split_sizes

_SEEDS = range(-(2**63), 2**63)


def _check_sizes(test_size: float, validation_size: float) -> Iterator[Mistake]:
    """Shares of the rows that leave some to train on."""
    yield from refused(partial(check_split_sizes, validation_size, test_size), ContractError)


def _check_seed(value: int) -> Iterator[Mistake]:
    """A number that Spark's hash takes."""
    if value not in _SEEDS:
        yield Mistake(f"{value} is not in -2**63 to 2**63 - 1")


class RandomSplit(Split):
    """Each row goes to one side by a hash of itself (or of its `split_key` column) and the seed.

    The same row is on the same side in every run. The sizes are shares of the rows; the rest is trained on.
    """

    kind: Literal["random"] = "random"
    validation_size: FiniteFloat = 0.15
    """Share of the rows that choose the best point. With 0, the test rows choose it too."""
    test_size: Annotated[FiniteFloat, checked(_check_sizes, "validation_size")] = 0.15
    """Share of the rows that the winner is judged on."""
    seed: Annotated[int, checked(_check_seed)]
    """Keep it: with another one, rows that a model was trained on judge the next."""
    split_key: str | None = None
    """A column whose equal values stay on one side, such as a customer."""

    def mistakes(self, label: str) -> Iterator[Mistake]:
        """What is wrong with it beside this label."""
        if self.split_key is not None:
            yield from refused(partial(check_split_key, self.split_key, label), ContractError, "split_key")

    @property
    def shares(self) -> dict[str, float]:
        """The sides with their shares of the rows, those that nothing goes to among them."""
        others = {"validation": self.validation_size, "test": self.test_size}
        return {"train": round(1 - sum(others.values()), 6), **others}

    @property
    def how(self) -> str:
        """What decides where a row goes, in words."""
        by = f"by {self.split_key}" if self.split_key else "by row"
        return f"{by}, seed {self.seed}"

    def spec(self) -> RandomSplitSpec:
        """The split, as the specs of job runs have it."""
        return RandomSplitSpec(self.validation_size, self.test_size, self.seed, self.split_key)
