"""What all kinds of split have in common, which is all that the rest of the package knows of one."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rookery.parts import Part

if TYPE_CHECKING:
    from rookery.mistakes import Mistake
    from rookery_jobs.contract import SplitSpec


class Split(Part):
    """Which rows train, choose and judge. Each kind is a subclass in a module of its own."""

    kind: str

    @property
    @abstractmethod
    def shares(self) -> dict[str, float]:
        """The sides with their shares of the rows, those that nothing goes to among them."""

    @property
    @abstractmethod
    def how(self) -> str:
        """What decides where a row goes, in words."""

    @abstractmethod
    def mistakes(self, label: str) -> Iterator[Mistake]:
        """What is wrong with it beside this label."""

    @abstractmethod
    def spec(self) -> SplitSpec:
        """The split, as the specs of job runs have it."""
