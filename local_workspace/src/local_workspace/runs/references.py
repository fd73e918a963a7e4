"""Dynamic value references: what `{{job.run_id}}` and its like in a task's parameters stand for.

https://docs.databricks.com/azure/jobs/dynamic-value-references. A reference is replaced when its run begins;
the API answers parameters as they were sent. What only looks like a reference stays as it is; one of a known
namespace that does not exist is refused, as Databricks' own page does it.
"""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from local_workspace.errors import InvalidParameterValue
from local_workspace.settings import Settings
from local_workspace.store import Document

# Names with other characters than letters, digits and _ may stand between backticks.
_REFERENCE = re.compile(r"\{\{\s*((?:`[^`{}]+`|[^`{}\s])+)\s*\}\}")
_NAMESPACES = ("job.", "task.", "tasks.", "workspace.", "backfill.")
# What other tasks, and the job's own parameters, are only known to hold when the run is there.
_OF_A_RUN = re.compile(
    r"job\.parameters\.[^.]+|tasks\.[^.]+\.(values\.[^.]+|output(\..+)?|result_state|error_code|run_id)"
)
_TIMES = ("job.start_time.", "job.trigger.time.")

Values = dict[str, str]


def resolved(parameter: str, values: Values) -> str:
    """A parameter with every reference replaced."""
    return _REFERENCE.sub(lambda found: values.get(_name(found[1]), found[0]), parameter)


def _name(written: str) -> str:
    return written.replace("`", "")


def values_of(run: Document, task: Document, settings: Settings) -> Values:
    """What each reference stands for in one task run. Times are in UTC; those of a run are of its start."""
    start = datetime.fromtimestamp(run["start_time"] / 1000, UTC)
    moment = _moment(start, run["start_time"])
    task_key, task_run_id, run_id = task["task"]["task_key"], str(task["run_id"]), str(run["run_id"])
    values = {
        "job.id": str(run["job_id"]),
        "job.name": run["run_name"],
        "job.run_id": run_id,
        "job.repair_count": str(len(run.get("repairs", []))),
        "job.trigger.type": "one_time",
        "task.name": task_key,
        "task.run_id": task_run_id,
        "task.execution_count": str(task.get("attempt_number", 0) + 1),
        "workspace.id": str(settings.workspace_id),
        "workspace.url": settings.origin,
        **{namespace + name: value for namespace in _TIMES for name, value in moment.items()},
        # The names of before; `run_id` is the task's, and `parent_run_id` the job's.
        "job_id": str(run["job_id"]),
        "run_id": task_run_id,
        "parent_run_id": run_id,
        "task_key": task_key,
        "task_retry_count": str(task.get("attempt_number", 0)),
        "start_date": moment["iso_date"],
        "start_time": moment["timestamp_ms"],
    }
    # A job's parameters may refer to what its run is.
    parameters = {name: resolved(value, values) for name, value in run.get("parameters", {}).items()}
    return values | {f"job.parameters.{name}": value for name, value in parameters.items()}


def values_of_others(tasks: Iterable[Document], task_values: Mapping[str, Mapping[str, Any]]) -> Values:
    """What references to the tasks of a run stand for that have ended; `task_values` by task key.

    A value that is no text is written as JSON.
    """
    values: Values = {}
    for task in tasks:
        key, outcome = task["task"]["task_key"], task["outcome"]
        if outcome is None:
            continue
        values[f"tasks.{key}.run_id"] = str(task["run_id"])
        values[f"tasks.{key}.result_state"] = outcome["result_state"].lower()
        values[f"tasks.{key}.error_code"] = outcome["code"]
        if "condition_outcome" in task:
            values[f"tasks.{key}.output.outcome"] = task["condition_outcome"]
        for name, value in task_values.get(key, {}).items():
            values[f"tasks.{key}.values.{name}"] = value if isinstance(value, str) else json.dumps(value)
    return values


def _moment(time: datetime, milliseconds: int) -> Values:
    weekday = time.isoweekday()
    return {
        "iso_weekday": str(weekday),
        "is_weekday": str(weekday <= 5).lower(),
        "iso_date": time.date().isoformat(),
        "iso_datetime": time.replace(tzinfo=None).isoformat(timespec="seconds"),
        "year": str(time.year),
        "month": str(time.month),
        "day": str(time.day),
        "hour": str(time.hour),
        "minute": str(time.minute),
        "second": str(time.second),
        "timestamp_ms": str(milliseconds),
    }


# Every run has the same references.
_NAMES = frozenset(
    values_of(
        {"run_id": 0, "job_id": 0, "run_name": "", "start_time": 0},
        {"run_id": 0, "task": {"task_key": ""}},
        Settings(Path(), port=0, token=""),
    )
)


def check_references(task_key: str, parameters: Iterable[str]) -> None:
    """`InvalidParameterValue` for a reference of a known namespace that no run has."""
    for name in (_name(found) for parameter in parameters for found in _REFERENCE.findall(parameter)):
        if name.startswith(_NAMESPACES) and name not in _NAMES and not _OF_A_RUN.fullmatch(name):
            raise InvalidParameterValue(
                f"Task {task_key}: parameters refer to {{{{{name}}}}}, which a run of this workspace does "
                f"not have. It has: {', '.join(sorted(_NAMES))}."
            )
