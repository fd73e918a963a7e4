"""The fields of a plan's trigger form: what each shows, which values it takes, and where in the plan they go.

One field is one key of a run's conf, whoever sends it: the form, the REST API, the command line, a backfill.
What the form does with a Param was read in the bundle of Airflow 3.3.2's UI: an `enum` of texts is a
selection of one, which cannot show booleans.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from reprlib import repr as shown
from typing import Any

from rookery.fields import Field
from rookery.form.grid_fields import grid_field
from rookery.plan.compute_checks import check_id
from rookery.plan.gate import Gate
from rookery.plan.promotion.approval import NONE, REQUIRED
from rookery.plan.training import TrainingPlan
from rookery_jobs.contract import metric_of
from rookery_jobs.grid import MAX_POINTS

SERVE_VERSION = "serve_version"
"""The key for an earlier version that is to be served again."""


def fields(plan: TrainingPlan, points_per_task: int | None) -> tuple[Field, ...]:
    """The fields of a plan, in the order of its form."""
    return tuple(_fields(plan, points_per_task))


def _fields(plan: TrainingPlan, points_per_task: int | None) -> Iterator[Field]:
    for field in plan.source.fields():
        yield replace(field, place=("source", *(field.place or ())))
    yield _max_dropped_share(plan)
    for index, sweep in enumerate(plan.sweep):
        # Of the others no types are known, and the form sends texts.
        if sweep.is_dotted_path:
            continue
        for parameter in sweep.grid:
            yield grid_field(index, sweep, parameter)
    # With several gates one number could not say which is meant.
    if len(plan.gates) == 1:
        yield _gate(plan.gates[0])
    yield _points_per_task(points_per_task)
    # A run has a fixed number, or the plan's limits: one field could not say which is meant.
    if plan.compute.existing_cluster_id is not None:
        yield _existing_cluster(plan.compute.existing_cluster_id)
    elif plan.compute.autoscale is None:
        yield _num_workers(plan)
    yield _deploy(plan)
    yield _approval(plan)
    yield _keep_endpoint(plan)
    yield _serve_version(plan)


def _max_dropped_share(plan: TrainingPlan) -> Field:
    schema = {
        "type": "number",
        "minimum": 0,
        "maximum": 1,
        "title": "Largest share of rows dropped (0 to 1)",
        "section": "Data",
        "description_md": "Rows with an empty value in one of the plan's columns are dropped. If there are "
        "more of them than this share, the run fails before it trains.",
    }
    place = ("max_dropped_share",)
    return Field("max_dropped_share", place, plan.max_dropped_share, schema, partial(_read_number, 0, 1))


def _gate(gate: Gate) -> Field:
    metric = metric_of(gate.metric)
    schema = {
        "type": "number",
        **({"minimum": metric.low} if math.isfinite(metric.low) else {}),
        **({"maximum": metric.high} if math.isfinite(metric.high) else {}),
        "title": f"Threshold of {gate.metric} ({metric.range})",
        "section": "Gate",
        "description_md": f"A model whose `{gate.metric}` on the test rows misses it is not registered, and "
        "the run fails.",
    }
    read = partial(_read_number, metric.low, metric.high)
    return Field("gate_threshold", ("gates", 0, "threshold"), gate.threshold, schema, read)


def _read_number(low: float, high: float, value: Any) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not low <= value <= high:
        raise ValueError(f"{shown(value)} cannot be; it must be a number from {low:g} to {high:g}")
    return float(value)


def _points_per_task(points_per_task: int | None) -> Field:
    schema = {
        "type": ["integer", "null"],
        "minimum": 1,
        "maximum": MAX_POINTS,
        "title": "Points per task",
        "section": "Execution",
        "description_md": "How many points of the grid one mapped task trains, in one job run. `1` shows "
        "every point as a task of its own; more of them in a task take less time in all. Empty: 8, and more "
        "where that would make more than 64 tasks.",
    }
    return Field("points_per_task", None, points_per_task, schema, _read_points_per_task)


def _read_points_per_task(value: Any) -> int | None:
    if value is None:
        return None
    if type(value) is not int or not 1 <= value <= MAX_POINTS:
        raise ValueError(
            f"{shown(value)} cannot be; it must be a whole number from 1 to {MAX_POINTS}, or null"
        )
    return value


def _num_workers(plan: TrainingPlan) -> Field:
    schema = {
        "type": "integer",
        "minimum": 0,
        "title": "Workers",
        "section": "Execution",
        "description_md": f"How many nodes `{plan.compute.node_type_id}` the cluster has beside its driver. "
        "`0` is a single node, whose driver does everything.",
    }
    place = ("compute", "num_workers")
    return Field("num_workers", place, plan.compute.num_workers, schema, _read_num_workers)


def _read_num_workers(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(f"{shown(value)} cannot be; it must be a whole number, at least 0")
    return value


def _existing_cluster(cluster_id: str) -> Field:
    schema = {
        "type": "string",
        "minLength": 1,
        "title": "Existing cluster",
        "section": "Execution",
        "description_md": "The id of a cluster that is there. It is started if it has ended, and neither "
        "terminated nor deleted.",
    }
    place = ("compute", "existing_cluster_id")
    return Field("existing_cluster_id", place, cluster_id, schema, _read_cluster_id)


def _read_cluster_id(value: Any) -> str:
    if not isinstance(value, str) or any(check_id(value)):
        raise ValueError(f"{shown(value)} cannot be; it must be the id of a cluster, which its page shows")
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
    return Field("deploy", ("deploy",), None, schema, _read_deploy)


def _read_deploy(value: Any) -> bool | None:
    known = {None: None, True: True, False: False, "true": True, "false": False}
    if not isinstance(value, bool | str | None) or value not in known:
        raise ValueError(f"{shown(value)} cannot be; it must be true, false, or null for what the plan says")
    return known[value]


def _keep_endpoint(plan: TrainingPlan) -> Field:
    schema = {
        "type": "boolean",
        "title": "Keep the endpoint",
        "section": "Deployment",
        "description_md": "Off: an endpoint that this run creates is asked once, then deleted. One that was "
        "there before is kept in any case.",
    }
    return Field("keep_endpoint", ("keep_endpoint",), plan.keep_endpoint, schema, _read_keep_endpoint)


def _approval(plan: TrainingPlan) -> Field:
    schema = {
        "type": "string",
        "enum": [NONE, REQUIRED],
        "values_display": {NONE: "None", REQUIRED: "A person must approve"},
        "title": "Approval",
        "section": "Deployment",
        "description_md": "Whether the run waits, before it deploys, until somebody approves of the version "
        "(in Airflow, under Required Actions). The cluster is gone by then.",
    }
    return Field("approval", ("approval",), plan.approval, schema, _read_approval)


def _read_approval(value: Any) -> str:
    if value not in (NONE, REQUIRED):
        raise ValueError(f"{shown(value)} cannot be; it must be {NONE!r} or {REQUIRED!r}")
    return str(value)


def _serve_version(plan: TrainingPlan) -> Field:
    schema = {
        "type": ["integer", "null"],
        "minimum": 1,
        "title": "Serve an earlier version",
        "section": "Deployment",
        "description_md": f"A version of **{plan.registry.registered_model_name}** to serve again, by the "
        "same checks. The run trains nothing then. Empty: the run trains.",
    }
    return Field(SERVE_VERSION, None, None, schema, _read_version)


def _read_version(value: Any) -> str | None:
    if value is None:
        return None
    if type(value) is not int or value < 1:
        raise ValueError(f"{shown(value)} cannot be; it must be a whole number from 1, or null")
    return str(value)


def _read_keep_endpoint(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{shown(value)} cannot be; it must be true or false")
    return value
