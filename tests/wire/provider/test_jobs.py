"""The provider's operators for jobs that are kept, unmodified: made, run by name or id, repaired."""

import secrets
from typing import Any

import pytest

from tests.wire.provider.airflow_task import Try, executed
from tests.wire.provider.operators import BOTH, FOR_EVER, notebook, operator, refusal, run_of, script
from tests.wire.running_workspace import RunningWorkspace
from tests.wire.spark_jobs import finished, output, shared_cluster, state

pytestmark = pytest.mark.usefixtures("hook", "dag")


def job(task: dict[str, Any], **settings: Any) -> dict[str, Any]:
    """A job of one task."""
    return {"name": f"job {secrets.token_hex(4)}", "tasks": [{"task_key": "main", **task}], **settings}


def test_a_job_is_made_once_and_then_set_anew(workspace: RunningWorkspace) -> None:
    def who_may() -> list[str | None]:
        entries = workspace.client.permissions.get("jobs", str(job_id)).access_control_list or []
        return [each.group_name for each in entries]

    may_view = [{"group_name": "users", "permission_level": "CAN_VIEW"}]
    may_run = [{"group_name": "admins", "permission_level": "CAN_MANAGE_RUN"}]
    settings = job(script(workspace, "pass"))
    job_id = operator("CreateJobs", json=settings, access_control_list=may_view).execute({})
    assert "users" in who_may()
    again = operator("CreateJobs", json=settings, access_control_list=may_run, max_concurrent_runs=3)
    assert again.execute({}) == job_id
    made = workspace.call("GET", f"/api/2.2/jobs/get?job_id={job_id}").json()["settings"]
    assert made["max_concurrent_runs"] == 3
    assert "access_control_list" not in made
    assert "admins" in who_may()


@BOTH
def test_a_job_is_run_by_its_name_once_for_a_token(workspace: RunningWorkspace, deferrable: bool) -> None:
    task = {
        "notebook_task": {
            "notebook_path": notebook(workspace, "dbutils.notebook.exit(dbutils.widgets.get('n'))")
        },
        "existing_cluster_id": shared_cluster(workspace),
    }
    settings = job(task)
    operator("CreateJobs", json=settings).execute({})
    options = {
        "job_name": settings["name"],
        "notebook_params": {"n": "5"},
        "idempotency_token": secrets.token_hex(8),
        "deferrable": deferrable,
    }
    first, second = executed(operator("RunNow", **options)), executed(operator("RunNow", **options))
    assert first.run_id == second.run_id
    result = output(workspace, first.run_id).notebook_output
    assert result is not None
    assert result.result == "5"


@pytest.mark.parametrize(
    ("which", "words"),
    [
        ({"job_name": "no job of this name"}, "can not be found"),
        ({"job_id": 987_654_321}, "Job 987654321 does not exist"),
    ],
)
def test_a_job_that_does_not_exist_is_named(which: dict[str, Any], words: str) -> None:
    # The provider has another exception for a name that it does not find.
    with pytest.raises(Exception, match=words):
        executed(operator("RunNow", **which))


@BOTH
def test_a_failed_run_is_repaired(workspace: RunningWorkspace, deferrable: bool) -> None:
    source = "import pathlib, sys; p = pathlib.Path(sys.argv[1]); had = p.exists(); p.touch(); assert had"
    settings = job(script(workspace, source))
    job_id = operator("CreateJobs", json=settings).execute({})
    repaired = operator(
        "RunNow",
        job_id=job_id,
        python_params=[f"/dbfs/{secrets.token_hex(4)}"],
        repair_run=True,
        databricks_repair_reason_new_settings={"main failed": {"tags": {"repaired": "yes"}}},
        deferrable=deferrable,
    )
    attempt = Try()
    if deferrable:
        attempt.execute(repaired)
    else:
        # Without deferring it raises the failure that it has repaired: so it does on Databricks.
        with pytest.raises(refusal(), match="AssertionError"):
            attempt.execute(repaired)
    run = run_of(workspace, attempt)
    assert [entry.type.value for entry in run.repair_history or [] if entry.type] == ["ORIGINAL", "REPAIR"]
    assert [task.attempt_number for task in run.tasks or []] == [0, 1]
    assert state(run) == ("TERMINATED", "SUCCESS")
    made = workspace.client.jobs.get(job_id).settings
    assert made is not None
    assert made.tags == {"repaired": "yes"}


def test_runs_of_before_are_cancelled_when_that_is_asked(workspace: RunningWorkspace) -> None:
    settings = job(script(workspace, FOR_EVER), max_concurrent_runs=2)
    job_id = operator("CreateJobs", json=settings).execute({})
    before = executed(operator("RunNow", job_id=job_id, wait_for_termination=False))
    after = operator("RunNow", job_id=job_id, wait_for_termination=False, cancel_previous_runs=True)
    executed(after)
    assert state(finished(workspace, before.run_id)) == ("TERMINATED", "CANCELED")
    after.on_kill()
