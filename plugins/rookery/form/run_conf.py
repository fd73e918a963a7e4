"""The trigger form of a plan, and a run's plan from what the form, the API or a backfill sent (its conf)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from airflow.sdk import Param

from rookery.exceptions import PlanError
from rookery.fields import Field
from rookery.form.allowed import worded
from rookery.form.grid_size import check_size
from rookery.form.plan_fields import SERVE_VERSION, fields
from rookery.mistakes import Mistake, did_you_mean, listed
from rookery.plan.shards import usual_points_per_task
from rookery.plan.training import TrainingPlan
from rookery_jobs.grid import ALGORITHMS

BACKFILL = "backfill"


class ResolvedPlan(NamedTuple):
    """What one DAG run carries out: the plan with the run's own values, and the points per mapped task; or
    the earlier version that it serves again, without training."""

    plan: TrainingPlan
    points_per_task: int
    serve_version: str | None = None


def form(plan: TrainingPlan, points_per_task: int | None = None) -> dict[str, Param]:
    """The fields of the plan's trigger form, with the plan's values as defaults. Their names are also the
    keys that a conf may have."""
    return {
        field.key: Param(field.default, schema=worded(field.schema))
        for field in fields(plan, points_per_task)
    }


def resolve(
    plan: TrainingPlan,
    conf: Mapping[str, Any],
    points_per_task: int | None = None,
    other_keys: Collection[str] = (),
    run_type: str = "manual",
) -> ResolvedPlan:
    """The plan with the values of a run's conf, each converted to its type ("5" is 5 for maxIter).

    `other_keys` are those that the DAG itself has for other purposes. A run of the type "backfill" does not
    deploy unless its conf says `deploy: true`. Raises PlanError with all mistakes of the conf: keys that are
    neither among `other_keys` nor in the form, values that cannot be, and a grid of too many points or mapped
    tasks.
    """
    known = fields(plan, points_per_task)
    mistakes = list(_unknown_keys(conf, [*(field.key for field in known), *other_keys]))
    values: dict[str, Any] = {}
    for field in known:
        if field.key in conf:
            try:
                values[field.key] = field.read(conf[field.key])
            except ValueError as problem:
                mistakes.append(Mistake(str(problem), (field.key,)))
    asked = values.get("points_per_task", points_per_task)
    mistakes += check_size(plan, known, values, asked)
    if mistakes:
        keys = ", ".join(field.key for field in known)
        told = listed("The run's conf", mistakes)
        raise PlanError(f"{told}\nits keys can be {keys}; nothing was created", mistakes)
    serve_version = values.get(SERVE_VERSION)
    if values.get("deploy") is None:
        values["deploy"] = serve_version is not None or (plan.deploy and run_type != BACKFILL)
    resolved = _merged(plan, known, values)
    points_per_task = asked or usual_points_per_task(len(resolved.candidates()))
    return ResolvedPlan(resolved, points_per_task, serve_version)


def asks_to_deploy(conf: Mapping[str, Any]) -> bool:
    """Whether a run's conf says `deploy: true`, where it could have left that to the plan."""
    return conf.get("deploy") in (True, "true")


def _unknown_keys(conf: Mapping[str, Any], known: Sequence[str]) -> Iterator[Mistake]:
    for key in sorted(set(conf) - set(known)):
        yield Mistake(f"the key is unknown{_advice(key, known)}", (key[:100],))


def _advice(key: str, known: Sequence[str]) -> str:
    algorithm, _, parameter = key.partition("_")
    if algorithm in ALGORITHMS and parameter in ALGORITHMS[algorithm].hyperparameters:
        return f"; {algorithm} has a parameter {parameter}, but the plan's grid has not: add it there"
    shortened = (name for name in known if name.lower().endswith(f"_{key.lower()}"))
    return did_you_mean(next(shortened, key), known)


def _merged(plan: TrainingPlan, known: Sequence[Field], values: Mapping[str, Any]) -> TrainingPlan:
    merged = plan.model_dump()
    for field in known:
        if field.place and field.key in values:
            *way, last = field.place
            part: Any = merged
            for step in way:
                part = part[step]
            part[last] = values[field.key]
    return TrainingPlan.model_validate(merged)
