"""The trigger form of a plan, and a run's plan from what the form, the API or a backfill sent (its conf)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from airflow.sdk import Param

from rookery.exceptions import PlanError
from rookery.plan import Sweep, TrainingPlan
from rookery_jobs.grid import ALGORITHMS, MAX_POINTS

DEFAULT_POINTS_PER_TASK = 4


class ResolvedPlan(NamedTuple):
    """What one DAG run carries out: the plan with the run's own values, and the points per mapped task."""

    plan: TrainingPlan
    points_per_task: int


def form(plan: TrainingPlan, points_per_task: int = DEFAULT_POINTS_PER_TASK) -> dict[str, Param]:
    """The fields of the plan's trigger form, with the plan's values as defaults. Their names are also the
    keys that a conf may have."""
    fields = {"source_url": _source_field(plan)}
    for sweep in plan.sweep:
        fields |= dict(_grid_fields(sweep))
    if _has_gate_field(plan):
        fields["gate_threshold"] = _gate_field(plan)
    fields["points_per_task"] = Param(
        points_per_task,
        type="integer",
        minimum=1,
        maximum=MAX_POINTS,
        title="Points per task",
        section="Execution",
        description="How many points of the grid one mapped task trains; 1 shows every point as a task.",
    )
    fields["deploy"] = Param(
        plan.deploy,
        type="boolean",
        title="Deploy",
        section="Deployment",
        description=f"Serve the registered version at the endpoint {plan.endpoint.name}.",
    )
    fields["keep_endpoint"] = Param(
        plan.keep_endpoint,
        type="boolean",
        title="Keep the endpoint",
        section="Deployment",
        description="Off: an endpoint that this run creates is asked once, then deleted.",
    )
    return fields


def resolve(
    plan: TrainingPlan,
    conf: Mapping[str, Any],
    points_per_task: int = DEFAULT_POINTS_PER_TASK,
    other_keys: Collection[str] = (),
) -> ResolvedPlan:
    """The plan with the values of a run's conf, each converted to its type ("5" is 5 for maxIter).

    `other_keys` are those that the DAG itself has for other purposes. Raises PlanError for a key that is
    neither among them nor in the form, and for values that the plan refuses.
    """
    known = [*form(plan, points_per_task), *other_keys]
    unknown = sorted(set(conf) - set(known))
    if unknown:
        raise PlanError(
            f"the run's conf has unknown keys: {', '.join(map(repr, unknown))}; known are {', '.join(known)}"
        )
    size = _points_per_task(conf.get("points_per_task", points_per_task))
    return ResolvedPlan(TrainingPlan.model_validate(_merged(plan, conf)), size)


def _merged(plan: TrainingPlan, conf: Mapping[str, Any]) -> dict[str, Any]:
    fields = plan.model_dump()
    if "source_url" in conf:
        fields["source"]["url"] = _expect("source_url", conf["source_url"], str, "a text")
    for sweep in fields["sweep"]:
        for name in sweep["grid"]:
            key = grid_key(sweep["algorithm"], name)
            if key in conf:
                sweep["grid"][name] = tuple(_expect(key, conf[key], list, "a list of values"))
    if "gate_threshold" in conf:
        threshold = _expect("gate_threshold", conf["gate_threshold"], (int, float), "a number")
        fields["gates"][0]["threshold"] = threshold
    for key in ("deploy", "keep_endpoint"):
        if key in conf:
            fields[key] = _expect(key, conf[key], bool, "true or false")
    return fields


def grid_key(algorithm: str, parameter: str) -> str:
    """The conf's key for the values of a parameter."""
    return f"{algorithm}_{parameter}"


def _expect(key: str, value: Any, kind: type | tuple[type, ...], meaning: str) -> Any:
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise PlanError(f"the run's conf has {key} = {value!r}; it must be {meaning}")
    return value


def _points_per_task(value: Any) -> int:
    if type(value) is not int or not 1 <= value <= MAX_POINTS:
        raise PlanError(
            f"points_per_task cannot be {value!r}; it must be a whole number from 1 to {MAX_POINTS}"
        )
    return value


def _source_field(plan: TrainingPlan) -> Param:
    return Param(
        plan.source.url,
        type="string",
        minLength=1,
        title="Source",
        section="Data",
        description="A CSV file: an https or http URL, or a file of the project's data folder (data/…).",
    )


def _grid_fields(sweep: Sweep) -> Iterator[tuple[str, Param]]:
    for name, values in sweep.grid.items():
        allowed = ALGORITHMS[sweep.algorithm][name].allowed
        yield (
            grid_key(sweep.algorithm, name),
            Param(
                list(values),
                type="array",
                minItems=1,
                title=name,
                section=f"Grid of {sweep.algorithm}",
                description=f"One value per line, each {allowed}. Every combination is trained.",
            ),
        )


def _has_gate_field(plan: TrainingPlan) -> bool:
    # With several gates one number could not say which is meant.
    return len(plan.gates) == 1


def _gate_field(plan: TrainingPlan) -> Param:
    gate = plan.gates[0]
    return Param(
        gate.threshold,
        type="number",
        minimum=0,
        maximum=1,
        title=f"Threshold of {gate.metric}",
        section="Gate",
        description=f"A model whose {gate.metric} on the test rows misses it is not registered.",
    )
