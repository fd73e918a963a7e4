"""The fields for the lists of a grid: one per parameter.

What the form does with a Param was read in the bundle of Airflow 3.3.2's UI: an array is a text field with
one value per line unless its `items` have a type; with `examples` it is a selection of several.
"""

from __future__ import annotations

import math
from functools import partial
from reprlib import repr as shown
from typing import Any

from rookery.fields import Field
from rookery.plan.sweep import Sweep
from rookery_jobs.contract import first_ten
from rookery_jobs.grid import ALGORITHMS, MAX_POINTS, GridError, Hyperparameter, convert


def grid_key(algorithm: str, parameter: str) -> str:
    """The key for the values of a parameter."""
    return f"{algorithm}_{parameter}"


def grid_field(index: int, sweep: Sweep, parameter: str) -> Field:
    """The field for the values of one parameter of the plan's sweep at this index."""
    wanted = ALGORITHMS[sweep.algorithm].hyperparameters[parameter]
    values = sweep.grid[parameter]
    # A selection can only show texts.
    texts = [str(value).lower() for value in values] if _options(wanted) else list(values)
    schema = {
        "type": "array",
        "minItems": 1,
        "maxItems": MAX_POINTS,
        "title": parameter,
        "section": f"Grid of {sweep.algorithm}",
        "description_md": _help(sweep, parameter),
        **(_choice(wanted) if _options(wanted) else _lines(wanted)),
    }
    key, place = grid_key(sweep.algorithm, parameter), ("sweep", index, "grid", parameter)
    return Field(key, place, texts, schema, partial(_read, sweep.algorithm, parameter))


def _help(sweep: Sweep, parameter: str) -> str:
    wanted = ALGORITHMS[sweep.algorithm].hyperparameters[parameter]
    entry = (
        "One or more of the values." if _options(wanted) else f"One value per line, each {wanted.allowed}."
    )
    text = f"{wanted.meaning[0].upper()}{wanted.meaning[1:]}. {entry}"
    if parameter != next(iter(sweep.grid)):
        return text
    return f"{text} Every combination of the grid's lists is a point; at most {MAX_POINTS} are trained."


def _options(wanted: Hyperparameter) -> list[str]:
    return ["true", "false"] if wanted.kind is bool else list(wanted.choices)


def _choice(wanted: Hyperparameter) -> dict[str, Any]:
    options = _options(wanted)
    return {
        "examples": options,
        "items": {"description": wanted.allowed, "pattern": rf"^\s*({'|'.join(options)})\s*$"},
    }


def _lines(wanted: Hyperparameter) -> dict[str, Any]:
    number = r"[0-9]+(\.0*)?" if wanted.kind is int else r"([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?"
    sign = r"\+?" if wanted.low >= 0 else r"[+-]?"
    # The form sends texts, other clients numbers too: `pattern` is for the former, the limits for the latter.
    items: dict[str, Any] = {"description": wanted.allowed, "pattern": rf"^\s*({sign}{number})?\s*$"}
    low, high = (
        "exclusiveMinimum" if wanted.above_low else "minimum",
        "exclusiveMaximum" if wanted.below_high else "maximum",
    )
    items |= {low: wanted.low} if math.isfinite(wanted.low) else {}
    items |= {high: wanted.high} if math.isfinite(wanted.high) else {}
    return {"items": items}


def _read(algorithm: str, parameter: str, value: Any) -> tuple[object, ...]:
    if not isinstance(value, list):
        raise ValueError(f"{shown(value)} is no list; it must be a list of values")
    # The form's last line is often an empty one.
    given = [each for each in value if not (isinstance(each, str) and not each.strip())]
    if not given:
        raise ValueError("the list is empty; give at least one value, or leave the key out for the plan's")
    read, refused = [], []
    for each in given:
        try:
            read.append(convert(algorithm, parameter, each))
        except GridError:
            refused.append(shown(each))
    if refused:
        allowed = ALGORITHMS[algorithm].hyperparameters[parameter].allowed
        raise ValueError(f"{first_ten(refused)} cannot be; allowed is {allowed}")
    return tuple(read)
