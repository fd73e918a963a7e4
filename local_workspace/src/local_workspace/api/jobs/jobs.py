"""Jobs: create, look, change, delete, run now."""

from typing import Any

from pydantic import Field
from starlette.routing import Route

from local_workspace.api.jobs import VERSIONS
from local_workspace.api.wire import Answer, routes
from local_workspace.messages import Message, Number, PageToken
from local_workspace.permissions.permissions import Permissions
from local_workspace.runs.jobs.jobs import Jobs
from local_workspace.runs.jobs.settings import JobSettings
from local_workspace.runs.requests.parameters import RunNow
from local_workspace.runs.runs import Runs


class JobId(Message):
    """A request about one job."""

    job_id: int


class ListJobs(Message):
    """jobs/list: pages of jobs, newest first; by `page_token`, or by `offset` as in 2.1 and 2.0."""

    limit: int = Field(default=20, ge=0, le=100)
    page_token: PageToken = ""
    offset: Number = 0
    name: str | None = None
    expand_tasks: bool = False


class Reset(JobId):
    """jobs/reset: the settings that replace all others."""

    new_settings: JobSettings


class Update(JobId):
    """jobs/update: settings that replace those of the same name, and names of settings to remove."""

    new_settings: dict[str, Any] = Field(default_factory=dict)
    fields_to_remove: list[str] = Field(default_factory=list)


class CancelAll(Message):
    """jobs/runs/cancel-all: of one job, or of all with `all_queued_runs`."""

    job_id: int | None = None


def job_routes(jobs: Jobs, runs: Runs, permissions: Permissions) -> list[Route]:
    """Every route about jobs."""
    return [
        *routes("POST", "jobs/create", JobSettings, lambda m: _create(jobs, permissions, m), VERSIONS),
        *routes("GET", "jobs/get", JobId, lambda m: jobs.get(m.job_id), VERSIONS),
        *routes("GET", "jobs/list", ListJobs, lambda m: _page(jobs, m), VERSIONS),
        *routes("POST", "jobs/reset", Reset, lambda m: jobs.reset(m.job_id, m.new_settings), VERSIONS),
        *routes(
            "POST",
            "jobs/update",
            Update,
            lambda m: jobs.update(m.job_id, m.new_settings, m.fields_to_remove),
            VERSIONS,
        ),
        *routes("POST", "jobs/delete", JobId, lambda m: jobs.delete(m.job_id), VERSIONS),
        *routes("POST", "jobs/run-now", RunNow, lambda m: _run_now(runs, m), VERSIONS),
        *routes("POST", "jobs/runs/cancel-all", CancelAll, lambda m: runs.cancel_all(m.job_id), VERSIONS),
    ]


def _create(jobs: Jobs, permissions: Permissions, settings: JobSettings) -> Answer:
    wanted = settings.access_control_list
    permissions.check_asked("jobs", wanted)
    job_id = jobs.create(settings)
    if wanted:
        permissions.set("jobs", str(job_id), wanted, replace=True)
    return {"job_id": job_id}


def _run_now(runs: Runs, request: RunNow) -> Answer:
    run_id = runs.run_now(request)
    return {"run_id": run_id, "number_in_job": run_id}


def _page(jobs: Jobs, request: ListJobs) -> Answer:
    first, count = int(request.page_token or request.offset), request.limit or 100
    found = jobs.all(request.name, expand_tasks=request.expand_tasks)
    has_more = first + count < len(found)
    return {
        "jobs": found[first : first + count],
        "has_more": has_more,
        "next_page_token": str(first + count) if has_more else "",
        "prev_page_token": "",
    }
