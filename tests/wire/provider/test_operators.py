"""The provider's operator for a run that is submitted, unmodified."""

import asyncio
import secrets
from typing import Any

import pytest

from tests.wire.provider.airflow_task import Try, executed
from tests.wire.provider.operators import BOTH, FOR_EVER, operator, refusal, run_of, script
from tests.wire.running_workspace import RunningWorkspace
from tests.wire.spark_jobs import finished, output, shared_cluster, state, submit

pytestmark = pytest.mark.usefixtures("hook", "dag")


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
        (
            {
                "notebook_task": {"notebook_path": "/Shared/a"},
                "git_source": {"git_url": "https://example.com", "git_provider": "gitHub"},
            },
            "git_source is not supported",
        ),
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
