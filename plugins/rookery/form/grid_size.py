"""Whether the grid of a run's conf can be trained, told by the lengths of its lists alone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rookery.fields import Field
from rookery.mistakes import Mistake
from rookery.plan.shards import too_many_tasks
from rookery.plan.training import TrainingPlan
from rookery_jobs.grid import MAX_POINTS


def check_size(
    plan: TrainingPlan, known: Sequence[Field], values: Mapping[str, Any], points_per_task: int | None
) -> Iterator[Mistake]:
    """Not too many points, nor too many mapped tasks. `values`: of the conf, by the keys of `known`."""
    grids = _lengths(plan, known, values)
    size = sum(math.prod(grid.values()) for grid in grids)
    if size > MAX_POINTS:
        lists = ", ".join(f"{key} ({length})" for grid in grids for key, length in grid.items())
        text = f"the grid has {size} points; at most {MAX_POINTS} are allowed: shorten a list"
        yield Mistake(text, (lists,))
    elif problem := too_many_tasks(size, points_per_task):
        yield Mistake(problem, ("points_per_task",))


def _lengths(plan: TrainingPlan, known: Sequence[Field], values: Mapping[str, Any]) -> list[dict[str, int]]:
    """Of each sweep's lists, by their keys; those without a key in the form by their names."""
    lengths: dict[int, dict[str, int]] = {}
    for field in known:
        match field.place:
            case ("sweep", int(index), "grid", str(parameter)):
                given = values.get(field.key, plan.sweep[index].grid[parameter])
                lengths.setdefault(index, {})[field.key] = len(set(given))
    others = [sweep.grid for sweep in plan.sweep if sweep.is_dotted_path]
    return [*lengths.values(), *({name: len(grid[name]) for name in grid} for grid in others)]
