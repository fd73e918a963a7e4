"""Saved jobs through the SDK: defined, changed, run, repaired, with tasks that depend on each other."""

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from databricks.sdk.errors import InvalidParameterValue, ResourceDoesNotExist
from databricks.sdk.service.compute import ClusterSpec, State
from databricks.sdk.service.jobs import (
    ConditionTask,
    ConditionTaskOp,
    CronSchedule,
    ForEachTask,
    JobCluster,
    JobParameterDefinition,
    JobSettings,
    QueueSettings,
    Run,
    RunIf,
    RunJobTask,
    SparkPythonTask,
    Task,
    TaskDependency,
)

from tests.wire.polling import until
from tests.wire.running_workspace import RunningWorkspace
from tests.wire.spark_jobs import SINGLE_NODE, finished, put_script, shared_cluster, state


def script(workspace: RunningWorkspace, key: str, source: str, *needs: str, **options: Any) -> Task:
    """A task that runs this source on the shared cluster, after other tasks."""
    return Task(
        task_key=key,
        existing_cluster_id=shared_cluster(workspace),
        spark_python_task=SparkPythonTask(
            python_file=put_script(workspace, source), parameters=options.pop("parameters", None)
        ),
        depends_on=[TaskDependency(task_key=each) for each in needs],
        **options,
    )


def results(run: Run) -> dict[str, str]:
    """The result of the last attempt at each task."""
    return {
        str(task.task_key): task.state.result_state.value
        for task in run.tasks or []
        if task.state and task.state.result_state
    }


def printed_by(workspace: RunningWorkspace, run: Run, key: str) -> str:
    """What the last attempt at a task has printed."""
    run_id = [task.run_id for task in run.tasks or [] if task.task_key == key][-1]
    assert run_id is not None
    return (workspace.client.jobs.get_run_output(run_id).logs or "").strip()


def run_of(workspace: RunningWorkspace, *tasks: Task, **settings: Any) -> Run:
    """A new job with these tasks, run once to its end."""
    job_id = workspace.client.jobs.create(name="test", tasks=list(tasks), **settings).job_id
    assert job_id is not None
    return finished(workspace, workspace.client.jobs.run_now(job_id).run_id)


def test_a_job_is_kept_changed_listed_and_deleted(workspace: RunningWorkspace) -> None:
    jobs, name = workspace.client.jobs, f"Nightly-{time.time_ns()}"
    task = Task(
        task_key="main",
        existing_cluster_id="c",
        spark_python_task=SparkPythonTask(python_file="dbfs:/a.py"),
    )
    cron = CronSchedule(quartz_cron_expression="0 0 0 * * ?", timezone_id="UTC")
    job_id = jobs.create(name=name, tasks=[task], tags={"team": "birds"}, schedule=cron).job_id
    assert job_id is not None
    assert [job.job_id for job in jobs.list(name=name.upper())] == [job_id]
    jobs.update(job_id, new_settings=JobSettings(timeout_seconds=60), fields_to_remove=["tags"])
    settings = jobs.get(job_id).settings
    assert settings is not None
    assert (settings.name, settings.timeout_seconds, settings.tags) == (name, 60, None)
    assert settings.schedule is not None
    assert settings.schedule.quartz_cron_expression == cron.quartz_cron_expression
    jobs.reset(job_id, new_settings=JobSettings(name="other", tasks=[task]))
    settings = jobs.get(job_id).settings
    assert settings is not None
    assert (settings.name, settings.timeout_seconds, settings.schedule) == ("other", 0, None)
    jobs.delete(job_id)
    with pytest.raises(ResourceDoesNotExist, match=f"Job {job_id} does not exist"):
        jobs.get(job_id)


def test_a_job_in_the_older_form_of_api_2_0_has_one_task(workspace: RunningWorkspace) -> None:
    body = {
        "name": "older",
        "existing_cluster_id": shared_cluster(workspace),
        "spark_python_task": {"python_file": put_script(workspace, "import sys; print(sys.argv[1:])")},
    }
    job_id = workspace.call("POST", "/api/2.0/jobs/create", body).json()["job_id"]
    told = {"job_id": job_id, "python_params": ["a", "{{job.id}}"]}
    run_id = workspace.call("POST", "/api/2.0/jobs/run-now", told).json()["run_id"]
    run = finished(workspace, run_id)
    assert run.job_id == job_id
    assert workspace.client.jobs.get_run_output(run_id).logs == f"['a', '{job_id}']\n"
    assert workspace.call("GET", f"/api/2.0/jobs/get?job_id={job_id}").json()["settings"]["format"] == (
        "SINGLE_TASK"
    )


def test_tasks_run_in_order_and_hand_values_on(workspace: RunningWorkspace) -> None:
    sets = """
from databricks.sdk.runtime import dbutils
dbutils.jobs.taskValues.set("rows", 7)
dbutils.jobs.taskValues.set("name", "adelie")
"""
    gets = """
import sys
from databricks.sdk.runtime import dbutils
values = dbutils.jobs.taskValues
print(values.get("first", "rows"), values.get("first", "none", default="d"), *sys.argv[1:])
"""
    run = run_of(
        workspace,
        script(
            workspace,
            "second",
            gets,
            "first",
            parameters=[
                "{{tasks.first.values.name}}",
                "{{job.parameters.day}}",
                "{{tasks.first.result_state}}",
            ],
        ),
        script(workspace, "first", sets),
        parameters=[JobParameterDefinition(name="day", default="{{job.start_time.iso_date}}")],
    )
    assert state(run) == ("TERMINATED", "SUCCESS")
    day = datetime.fromtimestamp((run.start_time or 0) / 1000, UTC).date()
    assert printed_by(workspace, run, "second") == f"7 d adelie {day} success"


def test_a_failure_skips_what_depends_on_it_and_a_repair_runs_both(workspace: RunningWorkspace) -> None:
    jobs = workspace.client.jobs
    source = "import sys; assert sys.argv[1] == 'good', sys.argv[1]; print('done')"
    job_id = jobs.create(
        name="repaired",
        parameters=[JobParameterDefinition(name="how", default="bad")],
        tasks=[
            script(workspace, "first", source, parameters=["{{job.parameters.how}}"]),
            script(workspace, "second", "print('after')", "first"),
            script(workspace, "always", "print('always')", "first", run_if=RunIf.ALL_DONE),
        ],
    ).job_id
    assert job_id is not None
    run = finished(workspace, jobs.run_now(job_id).run_id)
    assert results(run) == {"first": "FAILED", "second": "UPSTREAM_FAILED", "always": "SUCCESS"}
    assert state(run) == ("INTERNAL_ERROR", "FAILED")
    run_id = int(run.run_id or 0)
    with pytest.raises(InvalidParameterValue, match="latest_repair_id must be None, got 5"):
        jobs.repair_run(run_id, rerun_all_failed_tasks=True, latest_repair_id=5)
    jobs.repair_run(run_id, rerun_all_failed_tasks=True, job_parameters={"how": "good"})
    run = finished(workspace, run_id)
    assert state(run) == ("TERMINATED", "SUCCESS")
    assert results(run) == {"first": "SUCCESS", "second": "SUCCESS", "always": "SUCCESS"}
    history = jobs.get_run(run_id, include_history=True).repair_history or []
    assert [(entry.type.value if entry.type else "", bool(entry.id)) for entry in history] == [
        ("ORIGINAL", False),
        ("REPAIR", True),
    ]
    outcomes = [
        entry.state.result_state.value for entry in history if entry.state and entry.state.result_state
    ]
    assert outcomes == ["FAILED", "SUCCESS"]


def test_a_task_is_tried_again_and_every_attempt_is_shown(workspace: RunningWorkspace) -> None:
    source = "import sys; assert sys.argv[1] == '2', 'first attempt'; print('second attempt')"
    flaky = script(
        workspace,
        "flaky",
        source,
        parameters=["{{task.execution_count}}"],
        max_retries=2,
        min_retry_interval_millis=100,
    )
    run = run_of(workspace, flaky)
    assert state(run) == ("TERMINATED", "SUCCESS")
    attempts = [
        (task.attempt_number, task.state.result_state.value)
        for task in run.tasks or []
        if task.state and task.state.result_state
    ]
    assert attempts == [(0, "FAILED"), (1, "SUCCESS")]


def test_a_condition_takes_one_branch(workspace: RunningWorkspace) -> None:
    condition = Task(
        task_key="if",
        condition_task=ConditionTask(
            op=ConditionTaskOp.GREATER_THAN, left="{{job.parameters.n}}", right="9.5"
        ),
    )
    then = script(workspace, "then", "print('then')")
    then.depends_on = [TaskDependency(task_key="if", outcome="true")]
    otherwise = script(workspace, "else", "print('else')")
    otherwise.depends_on = [TaskDependency(task_key="if", outcome="false")]
    run = run_of(
        workspace, condition, then, otherwise, parameters=[JobParameterDefinition(name="n", default="10")]
    )
    assert results(run) == {"if": "SUCCESS", "then": "SUCCESS", "else": "EXCLUDED"}
    (decided,) = [task.condition_task for task in run.tasks or [] if task.condition_task]
    assert decided.outcome == "true"
    assert state(run) == ("TERMINATED", "SUCCESS")


def test_a_loop_runs_its_task_for_every_input(workspace: RunningWorkspace) -> None:
    source = "import sys; print(*sys.argv[1:]); assert sys.argv[1] != 'bad'"
    nested = script(workspace, "each", source, parameters=["{{input.name}}", "{{job.parameters.day}}"])
    inputs = json.dumps([{"name": "a"}, {"name": "b"}, {"name": "c"}])
    loop = Task(task_key="loop", for_each_task=ForEachTask(inputs=inputs, concurrency=2, task=nested))
    run = run_of(workspace, loop, parameters=[JobParameterDefinition(name="day", default="monday")])
    assert state(run) == ("TERMINATED", "SUCCESS")
    (shown,) = run.tasks or []
    assert shown.for_each_task is not None
    assert shown.for_each_task.stats is not None
    assert shown.for_each_task.stats.task_run_stats is not None
    assert shown.for_each_task.stats.task_run_stats.succeeded_iterations == 3
    iterations = workspace.client.jobs.get_run(int(shown.run_id or 0)).iterations or []
    logs = [workspace.client.jobs.get_run_output(int(each.run_id or 0)).logs for each in iterations]
    assert sorted(log or "" for log in logs) == ["a monday\n", "b monday\n", "c monday\n"]


def test_a_job_as_a_task_ends_as_its_run_does(workspace: RunningWorkspace) -> None:
    jobs = workspace.client.jobs
    inner = jobs.create(
        name="inner",
        parameters=[
            JobParameterDefinition(name="how", default="bad"),
            JobParameterDefinition(name="from", default="nobody"),
        ],
        tasks=[
            script(
                workspace,
                "main",
                "import sys; print(*sys.argv[1:])",
                parameters=["{{job.parameters.how}}", "{{job.parameters.`from`}}"],
            )
        ],
    ).job_id
    assert inner is not None
    outer = Task(task_key="call", run_job_task=RunJobTask(job_id=inner, job_parameters={"how": "well"}))
    handed_on = [
        JobParameterDefinition(name="from", default="{{task.name}}"),
        JobParameterDefinition(name="unknown_to_the_inner_job", default="x"),
    ]
    run = run_of(workspace, outer, parameters=handed_on)
    assert results(run) == {"call": "SUCCESS"}
    (called,) = list(jobs.list_runs(job_id=inner))
    whole = jobs.get_run(int(called.run_id or 0))
    assert printed_by(workspace, whole, "main") == "well call"
    assert {each.name for each in whole.job_parameters or []} == {"how", "from"}
    shown = jobs.get_run_output(int((run.tasks or [])[0].run_id or 0))
    assert shown.run_job_output is not None
    assert shown.run_job_output.run_id == called.run_id


def test_tasks_share_a_job_cluster_that_ends_with_the_run(workspace: RunningWorkspace) -> None:
    def on_job_cluster(key: str, *needs: str) -> Task:
        return Task(
            task_key=key,
            job_cluster_key="small",
            spark_python_task=SparkPythonTask(python_file=put_script(workspace, "print(sc.applicationId)")),
            depends_on=[TaskDependency(task_key=each) for each in needs],
        )

    spec = {key: value for key, value in SINGLE_NODE.items() if key != "autotermination_minutes"}
    run = run_of(
        workspace,
        on_job_cluster("one"),
        on_job_cluster("two", "one"),
        job_clusters=[JobCluster(job_cluster_key="small", new_cluster=ClusterSpec.from_dict(spec))],
    )
    assert state(run) == ("TERMINATED", "SUCCESS"), run.state
    assert printed_by(workspace, run, "one") == printed_by(workspace, run, "two")
    (cluster_id,) = {task.cluster_instance.cluster_id for task in run.tasks or [] if task.cluster_instance}
    clusters = workspace.client.clusters
    assert cluster_id is not None
    until(lambda: clusters.get(cluster_id).state is State.TERMINATED, "the end of the job cluster")
    cluster = clusters.get(cluster_id)
    assert cluster.cluster_source is not None
    assert cluster.termination_reason is not None
    assert cluster.termination_reason.code is not None
    assert (cluster.cluster_source.value, cluster.termination_reason.code.value) == ("JOB", "JOB_FINISHED")


def test_a_second_run_waits_in_a_queue_or_is_skipped(workspace: RunningWorkspace) -> None:
    jobs = workspace.client.jobs
    waits = script(workspace, "main", "import time; time.sleep(600)")
    job_id = jobs.create(name="one at a time", tasks=[waits]).job_id
    assert job_id is not None
    first = int(jobs.run_now(job_id).run_id)
    skipped = finished(workspace, jobs.run_now(job_id).run_id)
    assert state(skipped) == ("SKIPPED", "MAXIMUM_CONCURRENT_RUNS_REACHED")
    queued = int(jobs.run_now(job_id, queue=QueueSettings(enabled=True)).run_id)
    assert state(jobs.get_run(queued)) == ("QUEUED", None)
    jobs.cancel_run_and_wait(first)
    until(lambda: state(jobs.get_run(queued))[0] in ("PENDING", "RUNNING"), "the turn of the queued run")
    jobs.cancel_all_runs(job_id=job_id)
    assert state(finished(workspace, queued)) == ("TERMINATED", "CANCELED")


LOOP = {
    "task_key": "a",
    "for_each_task": {"inputs": "[1]", "task": {"task_key": "b", "run_job_task": {"job_id": 1}}},
}


@pytest.mark.parametrize(
    ("tasks", "text"),
    [
        ([{"task_key": "a", "depends_on": [{"task_key": "b"}]}], "depends on b, which is not a task"),
        (
            [
                {"task_key": "a", "depends_on": [{"task_key": "b"}]},
                {"task_key": "b", "depends_on": [{"task_key": "a"}]},
            ],
            "in a circle",
        ),
        (
            [{"task_key": "a", "existing_cluster_id": "", "job_cluster_key": "x"}],
            "not defined in job_clusters",
        ),
        ([{"task_key": "a", "dbt_task": {"commands": []}}], "dbt_task is not supported"),
        ([{"task_key": "a", "libraries": [{"jar": "x"}]}], "kind jar is not supported"),
        ([LOOP | {"max_retries": 1}], "a for_each_task is not retried"),
    ],
)
def test_what_no_job_can_be_is_refused(
    workspace: RunningWorkspace, tasks: list[dict[str, Any]], text: str
) -> None:
    common = {"existing_cluster_id": "c", "spark_python_task": {"python_file": "dbfs:/a.py"}}
    asked = [each if "for_each_task" in each else common | each for each in tasks]
    answer = workspace.call("POST", "/api/2.2/jobs/create", {"tasks": asked})
    assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert text in answer.json()["message"]
