"""The provider's operators for jobs and runs, unmodified: deferred to the triggerer, or waited for."""

import asyncio
import datetime
import io
import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from databricks.sdk.service.jobs import Run
from databricks.sdk.service.workspace import ImportFormat, Language

from tests.telling import telling
from tests.wire.provider.airflow_task import Try, executed
from tests.wire.running_workspace import RunningWorkspace
from tests.wire.spark_jobs import finished, output, put_script, shared_cluster, state, submit

pytestmark = pytest.mark.usefixtures("hook")
BOTH = pytest.mark.parametrize("deferrable", telling(1, [True, False]))
FOR_EVER = "import time; time.sleep(600)"


@pytest.fixture(autouse=True)
def dag() -> Iterator[None]:
    """A DAG for the operators: some of them make the task's key of its name."""
    from airflow.sdk import DAG

    with DAG(f"provider_{secrets.token_hex(4)}"):
        yield


def operator(kind: str, **options: Any) -> Any:
    """An operator of the provider, by its name without `Databricks…Operator`."""
    from airflow.providers.databricks.operators import databricks

    own = {} if kind == "CreateJobs" else {"polling_period_seconds": 1}
    made = getattr(databricks, f"Databricks{kind}Operator")
    return made(task_id=f"task_{secrets.token_hex(4)}", databricks_retry_limit=1, **own | options)


def script(workspace: RunningWorkspace, source: str, *parameters: str) -> dict[str, Any]:
    """The fields of a task that runs a script on the shared cluster."""
    return {
        "spark_python_task": {"python_file": put_script(workspace, source), "parameters": list(parameters)},
        "existing_cluster_id": shared_cluster(workspace),
    }


def notebook(workspace: RunningWorkspace, source: str) -> str:
    """Import a notebook of one cell; its path."""
    path = f"/Users/local.user@example.com/provider-{secrets.token_hex(4)}"
    content = io.BytesIO(source.encode())
    workspace.client.workspace.upload(path, content, format=ImportFormat.SOURCE, language=Language.PYTHON)
    return path


def run_of(workspace: RunningWorkspace, attempt: Try) -> Run:
    """The Databricks run of a try, with its repairs."""
    return workspace.client.jobs.get_run(attempt.run_id, include_history=True)


def refusal() -> Any:
    """What is raised for a run that has not ended well, and for a request that is refused."""
    from airflow.providers.common.compat.sdk import AirflowException

    return AirflowException


@BOTH
def test_a_submitted_script_runs_to_its_end(workspace: RunningWorkspace, deferrable: bool) -> None:
    task = script(workspace, "import sys; print(sys.argv[1], spark.range(6).count())", "7")
    attempt = executed(operator("SubmitRun", json=task, deferrable=deferrable))
    assert attempt.instance.pushed["run_page_url"].startswith(workspace.origin)
    assert output(workspace, attempt.run_id).logs == "7 6\n"


@BOTH
def test_tasks_of_a_run_follow_each_other(workspace: RunningWorkspace, deferrable: bool) -> None:
    path = f"/dbfs/{secrets.token_hex(4)}"
    writes = script(workspace, f"open({path!r}, 'w').write('written')")
    reads = {"depends_on": [{"task_key": "first"}], **script(workspace, f"print(open({path!r}).read())")}
    tasks = [{"task_key": "second", **reads}, {"task_key": "first", **writes}]
    run = run_of(workspace, executed(operator("SubmitRun", tasks=tasks, deferrable=deferrable)))
    (second,) = [task.run_id for task in run.tasks or [] if task.task_key == "second"]
    assert workspace.client.jobs.get_run_output(second or 0).logs == "written\n"


@BOTH
def test_a_submitted_script_fails_with_its_own_error(workspace: RunningWorkspace, deferrable: bool) -> None:
    task = script(workspace, "raise ValueError('boom')")
    with pytest.raises(refusal(), match="ValueError: boom"):
        executed(operator("SubmitRun", json=task, deferrable=deferrable))


@BOTH
def test_a_cluster_that_does_not_exist_fails_the_run_in_words(
    workspace: RunningWorkspace, deferrable: bool
) -> None:
    task = script(workspace, "pass") | {"existing_cluster_id": "0101-000000-nothere"}
    with pytest.raises(refusal(), match="0101-000000-nothere failed since the cluster does not exist"):
        executed(operator("SubmitRun", json=task, deferrable=deferrable))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"spark_jar_task": {"main_class_name": "a.B"}}, "spark_jar_task is not supported"),
        ({"pipeline_task": {"pipeline_id": "1"}}, "pipeline_task is not supported"),
        ({"new_cluster": {"spark_version": "1.0", "num_workers": 0}}, "Invalid spark version 1.0"),
        ({"tasks": [{"task_key": "a"}, {"task_key": "a"}]}, "Task keys must be unique"),
    ],
)
def test_a_request_that_is_refused_fails_with_the_words_of_the_workspace(
    workspace: RunningWorkspace, wrong: dict[str, Any], words: str
) -> None:
    fields = wrong | ({} if "tasks" in wrong else {"existing_cluster_id": shared_cluster(workspace)})
    if "new_cluster" in wrong:
        fields = wrong | {"spark_python_task": {"python_file": "dbfs:/none.py"}}
    with pytest.raises(refusal(), match=words):
        executed(operator("SubmitRun", json=fields))


def test_a_killed_worker_cancels_the_run(workspace: RunningWorkspace) -> None:
    submitted = operator("SubmitRun", json=script(workspace, FOR_EVER), wait_for_termination=False)
    attempt = executed(submitted)
    submitted.on_kill()
    assert state(finished(workspace, attempt.run_id)) == ("TERMINATED", "CANCELED")


def test_a_killed_trigger_cancels_the_run(workspace: RunningWorkspace) -> None:
    from airflow.sdk.exceptions import TaskDeferred

    attempt = Try()
    submitted = operator("SubmitRun", json=script(workspace, FOR_EVER), deferrable=True)
    with pytest.raises(TaskDeferred) as deferred:
        submitted.execute({"ti": attempt.instance, "params": {}})
    asyncio.run(deferred.value.trigger.on_kill())
    assert state(finished(workspace, attempt.run_id)) == ("TERMINATED", "CANCELED")


@pytest.mark.parametrize(("source", "is_new"), [("pass", False), ("raise ValueError", True)])
def test_another_try_takes_the_run_of_the_one_before_unless_that_failed(
    workspace: RunningWorkspace, source: str, is_new: bool
) -> None:
    before = submit(workspace, source)
    finished(workspace, before)
    attempt = Try()
    attempt.store.set("databricks_run_id", before)
    attempt.execute(operator("SubmitRun", json=script(workspace, "pass")))
    assert (attempt.run_id != before) == is_new


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


def notebook_operator(workspace: RunningWorkspace, source: str, **options: Any) -> Any:
    """The operator for a notebook of one cell."""
    return operator(
        "Notebook",
        notebook_path=notebook(workspace, source),
        source="WORKSPACE",
        existing_cluster_id=shared_cluster(workspace),
        **options,
    )


@BOTH
def test_a_notebook_is_given_parameters_and_says_its_result(
    workspace: RunningWorkspace, deferrable: bool
) -> None:
    source = "dbutils.notebook.exit(dbutils.widgets.get('n') * 2)"
    attempt = executed(
        notebook_operator(workspace, source, notebook_params={"n": "ab"}, deferrable=deferrable)
    )
    result = output(workspace, attempt.run_id).notebook_output
    assert result is not None
    assert result.result == "abab"


@BOTH
def test_a_notebook_is_tried_again_by_the_workspace(workspace: RunningWorkspace, deferrable: bool) -> None:
    source = "import pathlib; p = pathlib.Path('/dbfs/{}'); had = p.exists(); p.touch(); assert had"
    attempt = executed(
        notebook_operator(
            workspace,
            source.format(secrets.token_hex(4)),
            max_retries=1,
            min_retry_interval_millis=0,
            deferrable=deferrable,
        )
    )
    run = run_of(workspace, attempt)
    assert [task.attempt_number for task in run.tasks or []] == [0, 1]
    assert state(run) == ("TERMINATED", "SUCCESS")


@pytest.mark.parametrize(
    ("source", "options", "words"),
    telling(
        1,
        [
            (
                "raise ValueError('of a cell')",
                {"deferrable": True, "max_retries": 1},
                "ValueError: of a cell",
            ),
            ("raise ValueError('of a cell')", {}, "Final state FAILED"),
            (FOR_EVER, {"execution_timeout": datetime.timedelta(seconds=2)}, "Final state TIMEDOUT"),
            (
                FOR_EVER,
                {"execution_timeout": datetime.timedelta(seconds=2), "deferrable": True},
                "Final state TIMEDOUT",
            ),
        ],
    ),
)
def test_a_notebook_that_does_not_end_well_fails_the_task(
    workspace: RunningWorkspace, source: str, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(refusal(), match=words):
        executed(notebook_operator(workspace, source, **options))


@BOTH
def test_a_task_of_any_kind_is_run(workspace: RunningWorkspace, deferrable: bool) -> None:
    task = script(workspace, "print('a task')")
    made = operator(
        "Task",
        task_config={"spark_python_task": task["spark_python_task"]},
        existing_cluster_id=task["existing_cluster_id"],
        deferrable=deferrable,
    )
    assert output(workspace, executed(made).run_id).logs == "a task\n"


def test_a_killed_notebook_is_cancelled(workspace: RunningWorkspace) -> None:
    killed = notebook_operator(workspace, FOR_EVER, wait_for_termination=False)
    attempt = executed(killed)
    killed.on_kill()
    assert state(finished(workspace, attempt.run_id)) == ("TERMINATED", "CANCELED")
