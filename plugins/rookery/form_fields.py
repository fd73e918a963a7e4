"""The fields of a plan's trigger form: what each shows, which values it takes, and where in the plan they go.

One field is one key of a run's conf, whoever sends it: the form, the REST API, the command line, a backfill.
What the form does with a Param was read in the bundle of Airflow 3.3.2's UI: an array is a text field with
one value per line unless its `items` have a type; with `examples` it is a selection of several; an `enum` of
texts is a selection of one, which cannot show booleans.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from reprlib import repr as shown
from typing import Any

from airflow.sdk import Param

from rookery.plan.checks import source_problem
from rookery.plan.training import Gate, Sweep, TrainingPlan
from rookery_jobs.grid import ALGORITHMS, MAX_POINTS, GridError, Hyperparameter, convert

SOURCE_URL = "source_url"

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Field:
    """One key: its Param, the place of its value in the plan's JSON (None: it is not the plan's), and `read`,
    which turns what a conf has into that value.

    `read` raises ValueError, with what is wrong and what is allowed, for a value that cannot be.
    """

    key: str
    place: Place | None
    param: Param
    read: Callable[[Any], Any]


def fields(plan: TrainingPlan, points_per_task: int) -> tuple[Field, ...]:
    """The fields of a plan, in the order of its form."""
    return tuple(_fields(plan, points_per_task))


def grid_key(algorithm: str, parameter: str) -> str:
    """The key for the values of a parameter."""
    return f"{algorithm}_{parameter}"


def _fields(plan: TrainingPlan, points_per_task: int) -> Iterator[Field]:
    yield _source(plan)
    for index, sweep in enumerate(plan.sweep):
        for parameter in sweep.grid:
            yield _grid(index, sweep, parameter)
    # With several gates one number could not say which is meant.
    if len(plan.gates) == 1:
        yield _gate(plan.gates[0])
    yield _points_per_task(points_per_task)
    yield _deploy(plan)
    yield _keep_endpoint(plan)


def _source(plan: TrainingPlan) -> Field:
    param = Param(
        plan.source.url,
        type="string",
        minLength=1,
        pattern=r"^([Hh][Tt][Tt][Pp][Ss]?://[^\s/?#@]+([/?#].*)?|data/.+)$",
        title="Source (URL or file)",
        section="Data",
        description_md="A CSV file with a header line: an `https://…` or `http://…` address without a "
        "password, signature or token, or a file of the project's data folder, `data/<name>.csv`. It must "
        "have the plan's columns; a private address must be among the plan's `allowed_hosts`.",
    )
    return Field(SOURCE_URL, ("source", "url"), param, _read_source)


def _read_source(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{shown(value)} is no text; it must be a URL or data/<name>.csv")
    if problem := source_problem(value):
        raise ValueError(problem)
    return value


def _grid(index: int, sweep: Sweep, parameter: str) -> Field:
    wanted = ALGORITHMS[sweep.algorithm][parameter]
    values = sweep.grid[parameter]
    # A selection can only show texts.
    texts = [str(value).lower() for value in values] if _options(wanted) else list(values)
    param = Param(
        texts,
        type="array",
        minItems=1,
        maxItems=MAX_POINTS,
        title=parameter,
        section=f"Grid of {sweep.algorithm}",
        description_md=_grid_help(sweep, parameter),
        **_choice(wanted) if _options(wanted) else _lines(wanted),
    )
    read = partial(_read_grid, sweep.algorithm, parameter)
    return Field(grid_key(sweep.algorithm, parameter), ("sweep", index, "grid", parameter), param, read)


def _grid_help(sweep: Sweep, parameter: str) -> str:
    wanted = ALGORITHMS[sweep.algorithm][parameter]
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
    items |= {"minimum": wanted.low} if math.isfinite(wanted.low) else {}
    items |= {"maximum": wanted.high} if math.isfinite(wanted.high) else {}
    return {"items": items}


def _read_grid(algorithm: str, parameter: str, value: Any) -> tuple[object, ...]:
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
        allowed = ALGORITHMS[algorithm][parameter].allowed
        raise ValueError(f"{', '.join(refused[:10])} cannot be; allowed is {allowed}")
    return tuple(read)


def _gate(gate: Gate) -> Field:
    param = Param(
        gate.threshold,
        type="number",
        minimum=0,
        maximum=1,
        title=f"Threshold of {gate.metric} (0 to 1)",
        section="Gate",
        description_md=f"A model whose `{gate.metric}` on the test rows misses it is not registered, and "
        "the run fails.",
    )
    return Field("gate_threshold", ("gates", 0, "threshold"), param, _read_threshold)


def _read_threshold(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(f"{shown(value)} cannot be; it must be a number from 0 to 1")
    return float(value)


def _points_per_task(points_per_task: int) -> Field:
    param = Param(
        points_per_task,
        type="integer",
        minimum=1,
        maximum=MAX_POINTS,
        title="Points per task",
        section="Execution",
        description_md="How many points of the grid one mapped task trains, in one job run. `1` shows "
        "every point as a task of its own; more of them in a task take less time in all.",
    )
    return Field("points_per_task", None, param, _read_points_per_task)


def _read_points_per_task(value: Any) -> int:
    if type(value) is not int or not 1 <= value <= MAX_POINTS:
        raise ValueError(f"{shown(value)} cannot be; it must be a whole number from 1 to {MAX_POINTS}")
    return value


def _deploy(plan: TrainingPlan) -> Field:
    planned = "yes, unless it is a backfill" if plan.deploy else "no"
    # The form sends the values of all its fields, also those that nobody has changed. A yes among them would
    # deploy every backfill that the UI starts with another grid; so the field's own value says nothing.
    # "$ref" and what it names is all that draft 7 validates with; type and enum are for the form.
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$ref": "#/definitions/deploy",
        "definitions": {"deploy": {"enum": [None, True, False, "true", "false"]}},
        "type": ["string", "null"],
        "enum": [None, "true", "false"],
        "values_display": {
            "None": f"As planned: {planned}",
            "true": "Yes, also in a backfill",
            "false": "No",
        },
        "title": "Deploy",
        "section": "Deployment",
        "description_md": f"Whether the registered version is served at the endpoint `{plan.endpoint.name}`.",
    }
    return Field("deploy", ("deploy",), Param(None, schema=schema), _read_deploy)


def _read_deploy(value: Any) -> bool | None:
    known = {None: None, True: True, False: False, "true": True, "false": False}
    if not isinstance(value, bool | str | None) or value not in known:
        raise ValueError(f"{shown(value)} cannot be; it must be true, false, or null for what the plan says")
    return known[value]


def _keep_endpoint(plan: TrainingPlan) -> Field:
    param = Param(
        plan.keep_endpoint,
        type="boolean",
        title="Keep the endpoint",
        section="Deployment",
        description_md="Off: an endpoint that this run creates is asked once, then deleted. One that was "
        "there before is kept in any case.",
    )
    return Field("keep_endpoint", ("keep_endpoint",), param, _read_keep_endpoint)


def _read_keep_endpoint(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{shown(value)} cannot be; it must be true or false")
    return value
