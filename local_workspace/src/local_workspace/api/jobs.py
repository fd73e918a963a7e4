"""The Jobs API 2.2 (and 2.1, 2.0), as far as runs go: https://docs.databricks.com/api/azure/workspace/jobs

There are no saved jobs here: jobs/list says so, and the other calls about them are unknown routes.
"""

from typing import Any

from pydantic import Field
from starlette.routing import Route

from local_workspace.api.wire import Answer, routes
from local_workspace.errors import InvalidParameterValue
from local_workspace.messages import Message, Number, PageToken
from local_workspace.runs.document import RUN_TYPE
from local_workspace.runs.records import Wanted
from local_workspace.runs.runs import Runs
from local_workspace.runs.spec import SubmitRun

_VERSIONS = "2.2 2.1 2.0"
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


def job_routes(runs: Runs) -> list[Route]:
    """Every route of the Jobs API that this workspace has."""
    return [
        *routes("POST", "jobs/runs/submit", SubmitRun, lambda m: {"run_id": runs.submit(m)}, _VERSIONS),
        *routes("GET", "jobs/runs/get", RunId, lambda m: runs.get(m.run_id), _VERSIONS),
        *routes("GET", "jobs/runs/get-output", RunId, lambda m: runs.output(m.run_id), _VERSIONS),
        *routes("GET", "jobs/runs/list", ListRuns, lambda m: _page(runs, m), _VERSIONS),
        *routes("POST", "jobs/runs/cancel", RunId, lambda m: runs.cancel(m.run_id), _VERSIONS),
        *routes("POST", "jobs/runs/delete", RunId, lambda m: runs.delete(m.run_id), _VERSIONS),
        *routes("GET", "jobs/list", Message, lambda _: {"jobs": [], "has_more": False}, _VERSIONS),
    ]


def _page(runs: Runs, request: ListRuns) -> Answer:
    if request.active_only and request.completed_only:
        raise InvalidParameterValue("active_only and completed_only cannot both be true.")
    first, count = int(request.page_token or request.offset), request.limit or _MOST_RUNS
    is_ours = request.run_type in ("", RUN_TYPE)
    found, has_more = runs.newest(_wanted(request), first, count) if is_ours else ([], False)
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
    )


def _without_tasks(run: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in run.items() if key not in ("tasks", "repair_history")}
