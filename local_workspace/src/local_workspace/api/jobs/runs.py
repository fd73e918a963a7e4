"""Runs of jobs, and one-time runs."""

from pathlib import PurePosixPath
from typing import Any

from pydantic import Field
from starlette.routing import Route

from local_workspace.api.jobs import VERSIONS
from local_workspace.api.jobs.notebook_model import with_model
from local_workspace.api.pages.layout import Page, html
from local_workspace.api.pages.runs import cell_texts
from local_workspace.api.wire import Answer, routes
from local_workspace.errors import InvalidParameterValue
from local_workspace.messages import Message, Number, PageToken
from local_workspace.runs.requests.parameters import Repair
from local_workspace.runs.requests.submit import SubmitRun
from local_workspace.runs.requests.task import TaskSpec
from local_workspace.runs.runs import Runs
from local_workspace.runs.wanted import Wanted

_MOST_RUNS = 25


class RunId(Message):
    """A request about one run or task run."""

    run_id: int


class ListRuns(Message):
    """runs/list: pages of runs, newest first; by `page_token`, or by `offset` as in 2.1 and 2.0."""

    job_id: int | None = None
    active_only: bool = False
    completed_only: bool = False
    limit: int = Field(default=20, ge=0, le=_MOST_RUNS)
    page_token: PageToken = ""
    offset: Number = 0
    run_type: str = ""
    expand_tasks: bool = False
    start_time_from: int = 0
    start_time_to: int | None = None


def run_routes(runs: Runs) -> list[Route]:
    """Every route about runs."""
    return [
        *routes("POST", "jobs/runs/submit", SubmitRun, lambda m: {"run_id": runs.submit(m)}, VERSIONS),
        *routes("GET", "jobs/runs/get", RunId, lambda m: runs.get(m.run_id), VERSIONS),
        *routes("GET", "jobs/runs/get-output", RunId, lambda m: runs.output(m.run_id), VERSIONS),
        *routes("GET", "jobs/runs/list", ListRuns, lambda m: _page(runs, m), VERSIONS),
        *routes("POST", "jobs/runs/cancel", RunId, lambda m: runs.cancel(m.run_id), VERSIONS),
        *routes("POST", "jobs/runs/delete", RunId, lambda m: runs.delete(m.run_id), VERSIONS),
        *routes("GET", "jobs/runs/export", RunId, lambda m: _export(runs, m), VERSIONS),
        *routes("POST", "jobs/runs/repair", Repair, lambda m: {"repair_id": runs.repair(m)}, VERSIONS),
    ]


def _export(runs: Runs, request: RunId) -> Answer:
    """A notebook with its outputs, as the page that shows it."""
    run = runs.get(request.run_id)
    tasks = run.get("tasks", [run])
    task_run_id = tasks[0]["run_id"]
    if len(tasks) > 1 or not runs.cells(task_run_id):
        raise InvalidParameterValue(f"Run {request.run_id} is not the run of one notebook: it has no views.")
    task = tasks[0] if "tasks" in run else run["task"]
    shown = TaskSpec.model_validate({"task_key": ""} | task).kind().shown()
    name = PurePosixPath(shown.facts[0][1]).name
    cells = runs.cells(task_run_id)
    page = html(Page(f"Run {task_run_id}: {name}", sections=tuple(cell_texts(cells))))
    content = with_model(page, name, cells)
    return {"views": [{"name": name, "type": "NOTEBOOK", "content": content}]}


def _page(runs: Runs, request: ListRuns) -> Answer:
    if request.active_only and request.completed_only:
        raise InvalidParameterValue("active_only and completed_only cannot both be true.")
    first, count = int(request.page_token or request.offset), request.limit or _MOST_RUNS
    found, has_more = runs.newest(_wanted(request), first, count)
    return {
        "runs": [run if request.expand_tasks else _without_tasks(run) for run in found],
        "has_more": has_more,
        "next_page_token": str(first + count) if has_more else "",
        "prev_page_token": "",
    }


def _wanted(request: ListRuns) -> Wanted:
    return Wanted(
        active_only=request.active_only,
        completed_only=request.completed_only,
        job_id=request.job_id,
        start_time_from=request.start_time_from,
        start_time_to=request.start_time_to,
        run_type=request.run_type,
    )


def _without_tasks(run: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in run.items() if key not in ("tasks", "repair_history")}
