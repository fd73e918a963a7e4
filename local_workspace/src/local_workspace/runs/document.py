"""Runs as runs/get, runs/list and runs/get-output show them.

Every field that a client reads unguarded is always there: `state`, `run_page_url`, `job_id`, `start_time`,
`attempt_number`, `repair_history`.
"""

from typing import Any

from local_workspace.runs.outcome import Outcome, active_state
from local_workspace.settings import Settings
from local_workspace.store import Document

# There are no saved jobs here: every run was submitted.
RUN_TYPE = "SUBMIT_RUN"
_ACTIVE = ("RUNNING", "TERMINATING", "PENDING")


def whole_run(run: Document, tasks: list[Document], settings: Settings) -> dict[str, Any]:
    """A run with its task runs."""
    return {
        **_common(run, run["run_id"], settings),
        **_state(run, _active_life_cycle_state(tasks)),
        **_durations(run, tasks),
        "tasks": [task_entry(run, task, settings) for task in tasks],
        "format": "SINGLE_TASK" if run["is_single_task"] else "MULTI_TASK",
        "repair_history": [_original(run, tasks)],
    } | (_cluster(tasks[0]) if len(tasks) == 1 else {})


def task_run(run: Document, task: Document, settings: Settings) -> dict[str, Any]:
    """A task run as a run of its own, as runs/get answers it for a task's run id."""
    echo = {key: value for key, value in task["task"].items() if key.endswith("_task")}
    return {
        **_common(run, task["run_id"], settings),
        **_state(task, task["life_cycle_state"]),
        **_durations(task, [task]),
        **_cluster(task),
        "run_name": task["task"]["task_key"],
        "job_run_id": run["run_id"],
        "task": echo,
        "format": "SINGLE_TASK",
        "repair_history": [],
    }


def task_entry(run: Document, task: Document, settings: Settings) -> dict[str, Any]:
    """A task run as an entry of `tasks`: the request's own fields, and what became of it."""
    return {
        **task["task"],
        "run_id": task["run_id"],
        "attempt_number": 0,
        "run_if": "ALL_SUCCESS",
        "run_page_url": _url(run, task["run_id"], settings),
        "cluster_instance": _cluster(task)["cluster_instance"],
        **_state(task, task["life_cycle_state"]),
        **_durations(task, [task]),
    }


def _common(run: Document, run_id: int, settings: Settings) -> dict[str, Any]:
    return {
        "job_id": run["job_id"],
        "run_id": run_id,
        "number_in_job": run_id,
        "original_attempt_run_id": run_id,
        "attempt_number": 0,
        "run_name": run["run_name"],
        "run_type": RUN_TYPE,
        "trigger": "ONE_TIME",
        "creator_user_name": settings.user_name,
        "run_page_url": _url(run, run_id, settings),
    }


def _url(run: Document, run_id: int, settings: Settings) -> str:
    return f"{settings.link_origin}/jobs/{run['job_id']}/runs/{run_id}?o={settings.workspace_id}"


def _state(document: Document, life_cycle_state: str) -> dict[str, Any]:
    if document["outcome"] is None:
        return {"state": active_state(life_cycle_state), "status": {"state": life_cycle_state}}
    outcome = Outcome(**document["outcome"])
    return {"state": outcome.state(), "status": outcome.status()}


def _active_life_cycle_state(tasks: list[Document]) -> str:
    """RUNNING as soon as one task runs, TERMINATING when the last ones clean up."""
    states = {task["life_cycle_state"] for task in tasks if task["outcome"] is None}
    return next((state for state in _ACTIVE if state in states), "TERMINATING")


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
    cluster_id = task["task"]["existing_cluster_id"]
    return {
        "cluster_spec": {"existing_cluster_id": cluster_id},
        "cluster_instance": {
            "cluster_id": cluster_id,
            "spark_context_id": str(task.get("spark_context_id", "")),
        },
    }


def _original(run: Document, tasks: list[Document]) -> dict[str, Any]:
    return {
        "type": "ORIGINAL",
        "start_time": run["start_time"],
        "end_time": run["end_time"],
        "task_run_ids": run["task_run_ids"],
        **_state(run, _active_life_cycle_state(tasks)),
    }
