"""A mistake in what a user declares: its place, and words that say what is wrong, with which value, and what
to do."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import NamedTuple


class Mistake(NamedTuple):
    """What is wrong and what to do; `place` are the steps to it from the part that is looked at."""

    text: str
    place: tuple[str | int, ...] = ()

    def __str__(self) -> str:
        return f"{self.where}: {self.text}" if self.place else self.text

    @property
    def where(self) -> str:
        """The place as Python writes it: `sweep[0].grid.maxIter`."""
        steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.place)
        return "".join(steps).lstrip(".")


def listed(subject: str, mistakes: Iterable[Mistake]) -> str:
    """The mistakes under one heading, each on its own line."""
    lines = [f"  - {mistake}" for mistake in mistakes]
    count = "a mistake" if len(lines) == 1 else f"{len(lines)} mistakes"
    return "\n".join([f"{subject} has {count}:", *lines])


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean accuracy?` for a word that is nearly one of the known ones, else nothing."""
    close = nearest(word, known)
    return f"; did you mean {close}?" if close else ""


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that this one is nearly, whatever its case; None if it is like none."""
    by_lower_case = {name.lower(): name for name in known}
    close = get_close_matches(word.lower(), by_lower_case, n=1)
    return by_lower_case[close[0]] if close else None
