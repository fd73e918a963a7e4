"""The serving endpoint, and the request that it must answer."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from reprlib import repr as shown
from typing import Annotated

from rookery.mistakes import Mistake
from rookery.parts import Part, checked
from rookery.plan.features import Features
from rookery_jobs.contract import category_of

Value = bool | int | float | str | None

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")
_WORKLOAD_SIZES = ("Small", "Medium", "Large")


def _check_name(name: str) -> Iterator[Mistake]:
    """A name that the Serving API takes."""
    if not _NAME.fullmatch(name):
        yield Mistake(
            f"{name!r} is refused: at most 63 letters, digits, '-' and '_', beginning with a letter or digit"
        )


def _check_workload_size(size: str) -> Iterator[Mistake]:
    """One of the Serving API's sizes for CPU endpoints."""
    if size not in _WORKLOAD_SIZES:
        yield Mistake(f"{size!r} is unknown; known are {', '.join(_WORKLOAD_SIZES)}")


def _check_canary_steps(steps: Sequence[int]) -> Iterator[Mistake]:
    """Shares that grow."""
    if any(not 0 < step < 100 for step in steps) or list(steps) != sorted(set(steps)):
        yield Mistake(f"{list(steps)} cannot be; give percentages that grow, each from 1 to 99")


class Endpoint(Part):
    """The serving endpoint, and what it is asked once it is ready."""

    name: Annotated[str, checked(_check_name)]
    """At most 63 letters, digits, `-` and `_`."""
    workload_size: Annotated[str, checked(_check_workload_size)] = "Small"
    """`Small`, `Medium` or `Large`."""
    scale_to_zero_enabled: bool = True
    """Whether an idle endpoint costs nothing, and its next request waits."""
    canary_steps: Annotated[tuple[int, ...], checked(_check_canary_steps)] = ()
    """Which shares of the requests, in percent, a new version gets one after the other, with a check after
    each, before it gets all: `[10, 50]` for example. Without any, it gets all at once."""
    dataframe_records: tuple[dict[str, Value], ...] | None = None
    """The request that it must answer: for each record a text per categorical column, a number per numeric
    and true or false per boolean one, or null where the plan's features may be missing. Without a request,
    the snapshot's example row is asked."""


def check_request(endpoint: Endpoint, features: Features) -> Iterator[Mistake]:
    """Records with the features and nothing else, each with a value of the column's type."""
    if endpoint.dataframe_records == ():
        yield Mistake("it is empty; give at least one record or leave it out", ("dataframe_records",))
    columns = set(features.columns)
    for index, record in enumerate(endpoint.dataframe_records or ()):
        place = ("dataframe_records", index)
        if set(record) != columns:
            yield Mistake(
                f"it must have the features {', '.join(sorted(columns))}, not "
                f"{', '.join(sorted(record)) or 'nothing'}",
                place,
            )
            continue
        yield from (Mistake(text, (*place, name)) for name, text in _wrong_values(record, features))


def categories_asked(endpoint: Endpoint, features: Features) -> tuple[tuple[str, str], ...]:
    """The columns and categories of the request that must be in the data, as others are refused."""
    if features.treatment.keeps_unseen:
        return ()
    asked = (
        (name, record[name]) for record in endpoint.dataframe_records or () for name in features.categorical
    )
    texts = ((name, category_of(value)) for name, value in asked if isinstance(value, str))
    return tuple(dict.fromkeys((name, text) for name, text in texts if text is not None))


def _wrong_values(record: Mapping[str, Value], features: Features) -> Iterator[tuple[str, str]]:
    given = {name for name, value in record.items() if value is not None or name not in features.optional}
    takes_blanks = features.treatment.keeps_unseen
    for name in (each for each in features.categorical if each in given):
        value = record[name]
        if not isinstance(value, str):
            yield name, f"it must be a text, as the column is categorical, not {shown(value)}"
        elif category_of(value) is None and not (takes_blanks or name in features.optional):
            yield (
                name,
                f"it is {shown(value)}, no category: blanks are a missing value, which this plan refuses",
            )
    for name in (each for each in features.boolean if each in given):
        if not isinstance(record[name], bool):
            yield name, f"it must be true or false, as the column is boolean, not {shown(record[name])}"
    for name in (each for each in features.numeric if each in given):
        if not _is_finite_number(record[name]):
            yield name, f"it must be a finite number, as the column is numeric, not {shown(record[name])}"


def _is_finite_number(value: Value) -> bool:
    try:
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    except OverflowError:
        # A whole number beyond those that a double can be.
        return False
