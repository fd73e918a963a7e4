"""Runs as runs/get, runs/list and runs/get-output show them.

Every field that a client reads unguarded is always there: `state`, `run_page_url`, `job_id`, `start_time`,
`attempt_number`, `repair_history`.
"""

from typing import Any

from local_workspace.runs.outcome import Outcome, active_state, active_status
from local_workspace.settings import Settings
from local_workspace.store import Document

_ACTIVE = ("RUNNING", "TERMINATING", "PENDING", "WAITING_FOR_RETRY", "BLOCKED")


def whole_run(run: Document, tasks: list[Document], settings: Settings) -> dict[str, Any]:
    """A run with its task runs."""
    return {
        **_common(run, run["run_id"], settings),
        **_state(run, _active_life_cycle_state(run, tasks)),
        **_durations(run, tasks),
        "tasks": [task_entry(run, task, settings) for task in tasks],
        "job_clusters": run["job_clusters"],
        "job_parameters": _parameters(run),
        "overriding_parameters": run["overrides"],
        "format": "SINGLE_TASK" if run["is_single_task"] else "MULTI_TASK",
        "repair_history": _history(run, tasks),
    } | (_cluster(tasks[0]) if len(tasks) == 1 else {})


def task_run(run: Document, task: Document, iterations: list[Document], settings: Settings) -> dict[str, Any]:
    """A task run as a run of its own, as runs/get answers it for a task's run id."""
    echo = {key: value for key, value in _spec(task).items() if key.endswith("_task")}
    shown = {
        **_common(run, task["run_id"], settings),
        **_state(task, task["life_cycle_state"]),
        **_durations(task, [task]),
        **_cluster(task),
        "attempt_number": task["attempt_number"],
        "run_name": task["task"]["task_key"],
        "job_run_id": run["run_id"],
        "task": echo,
        "format": "SINGLE_TASK",
        "repair_history": [],
    }
    if iterations:
        shown["iterations"] = [task_entry(run, iteration, settings) for iteration in iterations]
    return shown


def task_entry(run: Document, task: Document, settings: Settings) -> dict[str, Any]:
    """A task run as an entry of `tasks`: the request's own fields, and what became of it."""
    return {
        "run_if": "ALL_SUCCESS",
        **_spec(task),
        "run_id": task["run_id"],
        "attempt_number": task["attempt_number"],
        "run_page_url": _url(run, task["run_id"], settings),
        "cluster_instance": _cluster(task)["cluster_instance"],
        **_state(task, task["life_cycle_state"]),
        **_durations(task, [task]),
    }


def _spec(task: Document) -> dict[str, Any]:
    """The task as it was asked for; of a loop also how far it is, of a condition what came out."""
    spec: dict[str, Any] = task["task"]
    if "iteration_stats" in task:
        stats = {"stats": {"task_run_stats": task["iteration_stats"]}}
        return spec | {"for_each_task": spec["for_each_task"] | stats}
    if "condition_outcome" in task:
        outcome = {"outcome": task["condition_outcome"]}
        return spec | {"condition_task": spec["condition_task"] | outcome}
    return spec


def _common(run: Document, run_id: int, settings: Settings) -> dict[str, Any]:
    return {
        "job_id": run["job_id"],
        "run_id": run_id,
        "number_in_job": run_id,
        "original_attempt_run_id": run_id,
        "attempt_number": 0,
        "run_name": run["run_name"],
        "run_type": run["run_type"],
        "trigger": "ONE_TIME",
        "creator_user_name": settings.user_name,
        "run_page_url": _url(run, run_id, settings),
    }


def _parameters(run: Document) -> list[dict[str, str]]:
    defaults = run["defaults"]
    return [
        {"name": name, "value": value, "default": defaults.get(name, "")}
        for name, value in run["parameters"].items()
    ]


def _url(run: Document, run_id: int, settings: Settings) -> str:
    return f"{settings.link_origin}/jobs/{run['job_id']}/runs/{run_id}?o={settings.workspace_id}"


def _state(document: Document, life_cycle_state: str) -> dict[str, Any]:
    if document["outcome"] is None:
        return {"state": active_state(life_cycle_state), "status": active_status(life_cycle_state)}
    outcome = Outcome(**document["outcome"])
    return {"state": outcome.state(), "status": outcome.status()}


def _active_life_cycle_state(run: Document, tasks: list[Document]) -> str:
    """RUNNING as soon as one task runs, TERMINATING when the last ones clean up.

    A run whose tasks wait for others that have ended is about to go on.
    """
    if run["is_queued"]:
        return "QUEUED"
    states = {task["life_cycle_state"] for task in tasks if task["outcome"] is None}
    found = next((state for state in _ACTIVE if state in states), "TERMINATING")
    return "RUNNING" if found in ("WAITING_FOR_RETRY", "BLOCKED") else found


def _durations(document: Document, tasks: list[Document]) -> dict[str, int]:
    """Milliseconds of set-up (waiting for the cluster), execution and clean-up; 0 for what is not over."""
    start, end = document["start_time"], document["end_time"]
    begun = [task for task in tasks if task["execution_start"]]
    first = min((task["execution_start"] for task in begun), default=0)
    is_over = all(task["execution_end"] for task in begun)
    last = max((task["execution_end"] for task in begun), default=0) if is_over else 0
    return {
        "start_time": start,
        "end_time": end,
        "queue_duration": 0,
        "setup_duration": max(0, (first or end or start) - start),
        "execution_duration": max(0, last - first) if first else 0,
        "cleanup_duration": max(0, end - last) if last else 0,
        "run_duration": max(0, end - start),
    }


def _cluster(task: Document) -> dict[str, Any]:
    spec = task["task"]
    named = ("existing_cluster_id", "new_cluster", "job_cluster_key", "libraries")
    return {
        "cluster_spec": {name: spec[name] for name in named if spec.get(name)},
        "cluster_instance": {
            "cluster_id": task.get("cluster_id") or spec.get("existing_cluster_id", ""),
            "spark_context_id": str(task.get("spark_context_id", "")),
        },
    }


def _history(run: Document, tasks: list[Document]) -> list[dict[str, Any]]:
    """The run as it was first, then its repairs; each ends when the next one begins, or with the run."""
    repairs = run["repairs"]
    repaired = {task_run_id for repair in repairs for task_run_id in repair["task_run_ids"]}
    ends = [repair["ended_before"] for repair in repairs] + [run]
    first = {
        "type": "ORIGINAL",
        "start_time": run["start_time"],
        "task_run_ids": [each for each in run["task_run_ids"] if each not in repaired],
    }
    later = [
        {key: repair[key] for key in ("id", "start_time", "task_run_ids")} | {"type": "REPAIR"}
        for repair in repairs
    ]
    active = _active_life_cycle_state(run, tasks)
    return [
        entry | {"end_time": end["end_time"]} | _state(end, active)
        for entry, end in zip([first, *later], ends, strict=True)
    ]
