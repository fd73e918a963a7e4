"""Whether a person is asked before a version is deployed."""

from __future__ import annotations

from collections.abc import Iterator

from rookery.mistakes import Mistake

NONE, REQUIRED = "none", "required"


def check_approval(value: str) -> Iterator[Mistake]:
    """One of the two."""
    if value not in (NONE, REQUIRED):
        yield Mistake(f"{value!r} is unknown; it can be {NONE!r} or {REQUIRED!r}")
