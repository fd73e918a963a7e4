"""What a task run has left on disk: what it printed, its result, why it failed, its cells and values."""

import json
from pathlib import Path
from typing import Any

from local_workspace.runs.process import read_result
from local_workspace.runs.requests.task import TaskSpec
from local_workspace.runs.tasks.task import Task
from local_workspace.settings import Settings
from local_workspace.store import Document

MOST_OUTPUT_BYTES = 5 * 1024 * 1024


def folder_of(task_run_id: int, settings: Settings) -> Path:
    """The folder of a task run."""
    return settings.runs / str(task_run_id)


def run_output(metadata: dict[str, Any], task: Document, settings: Settings) -> dict[str, Any]:
    """`RunOutput`; `error` only of a task that failed, as clients look for it."""
    folder = folder_of(task["run_id"], settings)
    answer: dict[str, Any] = {"metadata": metadata}
    kind = TaskSpec.model_validate(task["task"]).kind()
    if isinstance(kind, Task) and kind.has_logs:
        logs, is_truncated = beginning(folder / "output.log")
        answer |= {"logs": logs, "logs_truncated": is_truncated}
    if (returned := folder / "notebook_output.json").exists():
        answer["notebook_output"] = json.loads(returned.read_text())
    if "job_run_id" in task:
        answer["run_job_output"] = {"run_id": task["job_run_id"]}
    outcome = task["outcome"]
    if outcome is None or outcome["result_state"] == "SUCCESS":
        return answer
    has_result = (folder / "result.json").exists()
    if (
        outcome["life_cycle_state"] == "INTERNAL_ERROR"
        or outcome["result_state"] != "FAILED"
        or not has_result
    ):
        return answer | {"error": outcome["message"]}
    result = read_result(folder)
    return answer | {"error": result.error, "error_trace": result.error_trace}


def task_values(task_run_id: int, settings: Settings) -> dict[str, Any]:
    """What the task has set for the tasks after it."""
    file = folder_of(task_run_id, settings) / "task_values.json"
    values: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    return values


def cells(task_run_id: int, settings: Settings) -> list[dict[str, str]]:
    """The cells of a notebook that has begun to run, each with its source and output; none of other tasks."""
    file = folder_of(task_run_id, settings) / "cells.json"
    found: list[dict[str, str]] = json.loads(file.read_text()) if file.exists() else []
    return found


def beginning(file: Path) -> tuple[str, bool]:
    """The first 5 MB of a file as text, and whether there is more; nothing if there is no file yet."""
    if not file.exists():
        return "", False
    with file.open("rb") as opened:
        text = opened.read(MOST_OUTPUT_BYTES).decode(errors="replace")
        return text, bool(opened.read(1))
