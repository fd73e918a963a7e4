"""One key of a run's conf, and how the trigger form shows it: plain data, from which `form` makes Params."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Field:
    """One key: its default and JSON schema, the place of its value in the plan's JSON (None: it is not the
    plan's), and `read`, which turns what a conf has into that value.

    `allowed` in the schema says in words what a pattern in it allows. `shown` is what may be shown of the
    default, if not all of it.

    `read` raises ValueError, with what is wrong and what is allowed, for a value that cannot be.
    """

    key: str
    place: Place | None
    default: Any
    schema: Mapping[str, Any]
    read: Callable[[Any], Any]
    shown: str | None = None
