"""The Jobs API 2.2 (and 2.1, 2.0), as far as runs go: https://docs.databricks.com/api/azure/workspace/jobs

There are no saved jobs here: jobs/list says so, and the other calls about them are unknown routes.
"""

from typing import Any

from pydantic import Field
from starlette.routing import Route

from local_workspace.api.wire import Answer, routes
from local_workspace.engine.run_spec import SubmitRun
from local_workspace.engine.runs import Runs
from local_workspace.errors import InvalidParameterValue
from local_workspace.messages import Message, Number, PageToken

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
        *routes("GET", "jobs/runs/list", ListRuns, lambda m: _page(runs.every(), m), _VERSIONS),
        *_command("jobs/runs/cancel", runs.cancel),
        *_command("jobs/runs/delete", runs.delete),
        *routes("GET", "jobs/list", Message, lambda _: {"jobs": [], "has_more": False}, _VERSIONS),
    ]


def _command(path: str, act: Any) -> list[Route]:
    def handle(message: RunId) -> Answer:
        act(message.run_id)
        return {}

    return routes("POST", path, RunId, handle, _VERSIONS)


def _page(runs: list[dict[str, Any]], request: ListRuns) -> Answer:
    if request.active_only and request.completed_only:
        raise InvalidParameterValue("active_only and completed_only cannot both be true.")
    found = [run for run in runs if _is_wanted(run, request)]
    first = int(request.page_token or request.offset)
    following = first + (request.limit or _MOST_RUNS)
    has_more = following < len(found)
    page = [run if request.expand_tasks else _without_tasks(run) for run in found[first:following]]
    return {
        "runs": page,
        "has_more": has_more,
        "next_page_token": str(following) if has_more else "",
        "prev_page_token": "",
    }


def _is_wanted(run: dict[str, Any], request: ListRuns) -> bool:
    has_ended = "result_state" in run["state"]
    latest = float("inf") if request.start_time_to is None else request.start_time_to
    return (
        not (request.active_only and has_ended)
        and not (request.completed_only and not has_ended)
        and request.job_id in (None, run["job_id"])
        and request.run_type in ("", run["run_type"])
        and request.start_time_from <= run["start_time"] <= latest
    )


def _without_tasks(run: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in run.items() if key not in ("tasks", "repair_history")}
