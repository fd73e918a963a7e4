"""Job runs through the SDK: what a script sees, what comes back, and what is refused."""

import io
import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from databricks.sdk.errors import InvalidParameterValue
from databricks.sdk.service.jobs import RunType
from databricks.sdk.service.workspace import ImportFormat, Language

from tests.wire.running_workspace import RunningWorkspace
from tests.wire.spark_jobs import (
    finished,
    output,
    printed,
    put_script,
    shared_cluster,
    state,
    submit,
    task,
    task_run_id,
    termination_code,
)


def test_a_script_is_executed_as_databricks_does(workspace: RunningWorkspace) -> None:
    source = """
import json, os, sys
json.dump({
    "file": "__file__" in globals(), "name": __name__, "main": sys.modules["__main__"].__dict__ is globals(),
    "argv": sys.argv, "cwd": os.getcwd(), "rows": spark.range(7).count(), "same": spark.sparkContext is sc,
}, sys.stdout)
"""
    seen = json.loads(printed(workspace, source, "first", "dbfs:/data", "/Volumes/a/b"))
    assert (seen["file"], seen["name"], seen["main"], seen["same"]) == (False, "__main__", True, True)
    assert seen["rows"] == 7
    assert seen["argv"][1:] == ["first", "dbfs:/data", "/Volumes/a/b"]
    assert seen["argv"][0].startswith(seen["cwd"])


def test_paths_of_plain_python_are_translated_and_shown_as_they_were_sent(
    workspace: RunningWorkspace,
) -> None:
    parameters = ("/Workspace/Shared/note.txt", "/dbfs/folder/note.txt", "/Workspace/../etc/passwd")
    run_id = submit(workspace, "import sys; print(*sys.argv[1:])", *parameters)
    logs = (output(workspace, run_id).logs or "").split()
    assert logs[0] == str(workspace.root / "workspace/Shared/note.txt")
    assert logs[1] == str(workspace.root / "dbfs/folder/note.txt")
    assert logs[2] == parameters[2]
    shown = finished(workspace, run_id).tasks or []
    assert shown[0].spark_python_task is not None
    assert shown[0].spark_python_task.parameters == list(parameters)


def test_a_script_logs_and_loads_with_mlflow_as_it_does_on_databricks(workspace: RunningWorkspace) -> None:
    source = """
import json, mlflow, sys
from pyspark.ml.feature import Binarizer
with mlflow.start_run(experiment_id="0") as run:
    mlflow.log_metric("rows", spark.range(7).count())
    mlflow.log_text("a text", "deep/note.txt")
    logged = mlflow.spark.log_model(
        Binarizer(inputCol="x", outputCol="y", threshold=1.0), "model", pip_requirements=["pyspark"])
rows = spark.createDataFrame([(0.0,), (2.0,)], "x double")
rows = mlflow.spark.load_model(logged.model_uri).transform(rows)
print()
json.dump({
    "tracking": mlflow.get_tracking_uri(), "artifacts": run.info.artifact_uri, "run": run.info.run_id,
    "note": mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/deep/note.txt"),
    "y": [row.y for row in rows.orderBy("x").collect()],
}, sys.stdout)
"""
    seen = json.loads(printed(workspace, source).splitlines()[-1])
    assert seen["tracking"] == "databricks"
    assert seen["artifacts"] == f"dbfs:/databricks/mlflow-tracking/0/{seen['run']}/artifacts"
    assert (seen["note"], seen["y"]) == ("a text", [0.0, 1.0])
    found = workspace.client.experiments.get_run(seen["run"]).run
    assert found is not None
    assert found.data is not None
    assert [(each.key, each.value) for each in found.data.metrics or []] == [("rows", 7.0)]


def test_a_script_may_be_on_dbfs(workspace: RunningWorkspace) -> None:
    workspace.client.dbfs.upload("/scripts/hello.py", io.BytesIO(b"print('from dbfs')"), overwrite=True)
    tasks = [task(shared_cluster(workspace), "dbfs:/scripts/hello.py")]
    run_id = workspace.client.jobs.submit(run_name="dbfs", tasks=tasks).run_id
    assert output(workspace, run_id).logs == "from dbfs\n"


def test_a_script_sees_the_workspace_and_nothing_of_the_servers_environment(
    workspace: RunningWorkspace,
) -> None:
    seen = json.loads(printed(workspace, "import json, os; print(json.dumps(dict(os.environ)))"))
    assert (seen["DATABRICKS_HOST"], seen["DATABRICKS_TOKEN"]) == (workspace.origin, workspace.token)
    assert seen["MLFLOW_TRACKING_URI"] == "databricks"
    assert "MLFLOW_TRACKING_TOKEN" not in seen
    assert seen["DATABRICKS_RUNTIME_VERSION"] == "19.0"
    assert seen["HOME"].startswith(str(workspace.root))
    prefixes = r"(DATABRICKS|MLFLOW|PYSPARK|SPARK|PYTHON|SSL_CERT|LC_)\w+"
    allowed = prefixes + r"|PATH|LANG|TZ|HOME|TMPDIR|REQUESTS_CA_BUNDLE"
    assert [name for name in seen if not re.fullmatch(allowed, name)] == []
    # The cluster's own packages.
    assert seen["PYTHONPATH"].startswith(str(workspace.root))
    assert "PYSPARK_GATEWAY_SECRET" not in seen


def test_a_script_finds_neither_rookery_nor_its_jobs(workspace: RunningWorkspace) -> None:
    source = """
import importlib.util
print([name for name in ("rookery", "rookery_jobs", "airflow") if importlib.util.find_spec(name)])
"""
    assert printed(workspace, source) == "[]"


def test_stopping_the_session_does_not_stop_the_cluster(workspace: RunningWorkspace) -> None:
    assert printed(workspace, "spark.stop(); sc.stop(); print(spark.range(3).count())") == "3"


def test_a_builder_in_a_script_gets_the_clusters_session(workspace: RunningWorkspace) -> None:
    source = """
from pyspark.sql import SparkSession
print(SparkSession.builder.appName("mine").master("local[1]").getOrCreate() is spark)
"""
    assert printed(workspace, source) == "True"


def test_functions_of_a_script_run_in_spark_workers(workspace: RunningWorkspace) -> None:
    source = """
from pyspark.sql.functions import udf, pandas_udf
import pandas as pd

class Adder:
    def __init__(self, n): self.n = n
    def __call__(self, x): return x + self.n

add = Adder(1)
plus = udf(lambda x: add(x), "long")
@pandas_udf("long")
def double(s: pd.Series) -> pd.Series:
    return s * 2
print([r[0] for r in spark.range(3).select(double(plus("id"))).collect()])
"""
    assert printed(workspace, source) == "[2, 4, 6]"


def test_spark_reads_a_file_that_the_dbfs_api_wrote_anew(workspace: RunningWorkspace) -> None:
    count = "import sys; print(spark.read.text(sys.argv[1]).count())"
    write = """
import sys
spark.range(5).selectExpr("cast(id as string)").coalesce(1).write.mode("overwrite").text(sys.argv[1])
"""
    printed(workspace, write, "dbfs:/stale")
    (part,) = [f.path for f in workspace.client.dbfs.list("/stale") if "part-" in (f.path or "")]
    workspace.client.dbfs.upload(str(part), io.BytesIO(b"one\ntwo\n"), overwrite=True)
    assert printed(workspace, count, "/stale") == "2"
    assert not list((workspace.root / "dbfs").rglob("*.crc"))


def test_a_succeeded_run_has_all_fields_that_clients_read(workspace: RunningWorkspace) -> None:
    run = finished(workspace, submit(workspace, "print('hello')"))
    assert state(run) == ("TERMINATED", "SUCCESS")
    assert termination_code(run) == "SUCCESS"
    assert run.job_id
    assert (run.run_page_url or "").startswith(workspace.origin)
    assert (run.end_time or 0) >= (run.start_time or 0) > 0
    assert None not in (run.setup_duration, run.execution_duration, run.cleanup_duration, run.run_duration)
    as_run = workspace.client.jobs.get_run(task_run_id(run))
    assert state(as_run) == ("TERMINATED", "SUCCESS")
    assert as_run.job_run_id == run.run_id
    raw = workspace.call("GET", f"/api/2.2/jobs/runs/get-output?run_id={task_run_id(run)}").json()
    assert raw["logs"] == "hello\n"
    assert "error" not in raw


def test_a_failed_script_gives_its_last_line_and_whole_traceback(workspace: RunningWorkspace) -> None:
    source = "print('before')\ndef train():\n    raise ValueError('boom')\ntrain()\n"
    run_id = submit(workspace, source)
    run, result = finished(workspace, run_id), output(workspace, run_id)
    assert state(run) == ("INTERNAL_ERROR", "FAILED")
    assert run.state is not None
    text = "Task main failed with message: Workload failed, see run output for details."
    assert run.state.state_message == text
    assert state(workspace.client.jobs.get_run(task_run_id(run))) == ("TERMINATED", "FAILED")
    assert termination_code(run) == "RUN_EXECUTION_ERROR"
    assert result.error == "ValueError: boom"
    assert (result.logs or "").startswith("before\n")
    trace = result.error_trace or ""
    assert trace.startswith('Traceback (most recent call last):\n  File "/Workspace/Users/')
    assert ", line 3, in train\n    raise ValueError('boom')\nValueError: boom" in trace
    assert "run_script" not in trace


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("import sys; sys.exit(0)", "SystemExit: 0"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("def broken(:", "SyntaxError: invalid syntax"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "ended by signal SIGKILL"),
        ("import os; os._exit(0)", "ended with exit code 0 before its script did"),
        ("spark.sql('select * from nowhere').show()", "TABLE_OR_VIEW_NOT_FOUND"),
    ],
)
def test_every_way_to_fail_is_a_failed_run_with_its_error(
    workspace: RunningWorkspace, source: str, error: str
) -> None:
    run_id = submit(workspace, source)
    assert state(finished(workspace, run_id)) == ("INTERNAL_ERROR", "FAILED")
    result = output(workspace, run_id)
    assert error in f"{result.error} {result.error_trace}"


def test_a_script_that_is_not_there_fails_the_run_before_it_starts(workspace: RunningWorkspace) -> None:
    tasks = [task(shared_cluster(workspace), "/Workspace/Shared/nothing.py")]
    run = finished(workspace, workspace.client.jobs.submit(tasks=tasks).run_id)
    assert state(run) == ("INTERNAL_ERROR", "FAILED")
    assert run.state is not None
    assert "Cannot read the python file /Workspace/Shared/nothing.py" in (run.state.state_message or "")


def test_a_notebook_is_not_a_python_file(workspace: RunningWorkspace) -> None:
    path = f"/Workspace/Users/local.user@example.com/notebook-{time.time_ns()}"
    source = io.BytesIO(b"print(1)")
    workspace.client.workspace.upload(path, source, format=ImportFormat.SOURCE, language=Language.PYTHON)
    tasks = [task(shared_cluster(workspace), path)]
    run = finished(workspace, workspace.client.jobs.submit(tasks=tasks).run_id)
    assert state(run) == ("INTERNAL_ERROR", "FAILED")
    assert run.state is not None
    assert f"Cannot read the python file {path}: it is a notebook" in (run.state.state_message or "")


def test_a_reference_in_a_parameter_is_replaced_and_shown_as_it_was_sent(
    workspace: RunningWorkspace,
) -> None:
    sent = (
        "--run={{job.run_id}}",
        "{{task.run_id}}",
        "{{task.name}} {{unknown}}",
        "{{job.start_time.iso_date}}",
    )
    run_id = submit(workspace, "import sys; print(*sys.argv[1:], sep='|')", *sent)
    run = finished(workspace, run_id)
    day = datetime.fromtimestamp((run.start_time or 0) / 1000, UTC).date()
    logs = (output(workspace, run_id).logs or "").strip()
    assert logs.split("|") == [f"--run={run_id}", str(task_run_id(run)), "main {{unknown}}", str(day)]
    (shown,) = run.tasks or []
    assert shown.spark_python_task is not None
    assert shown.spark_python_task.parameters == list(sent)


def test_a_run_on_an_unknown_cluster_fails_with_databricks_text(workspace: RunningWorkspace) -> None:
    tasks = [task("0101-000000-nothing0", put_script(workspace, "print(1)"))]
    run = finished(workspace, workspace.client.jobs.submit(tasks=tasks).run_id)
    assert state(run) == ("INTERNAL_ERROR", "FAILED")
    assert termination_code(run) == "RESOURCE_NOT_FOUND"
    assert run.state is not None
    assert (
        "Run executed on existing cluster ID 0101-000000-nothing0 failed since the cluster does not exist."
        in (run.state.state_message or "")
    )


def test_two_runs_at_once_share_one_application_in_two_processes(workspace: RunningWorkspace) -> None:
    source = """
import os, sys, time
from pathlib import Path
mine, other = Path(sys.argv[1]), Path(sys.argv[2])
mine.parent.mkdir(parents=True, exist_ok=True)
mine.touch()
deadline = time.monotonic() + 300
while not other.exists():
    assert time.monotonic() < deadline, "the other run did not start while this one ran"
    time.sleep(0.05)
print(sc.applicationId, os.getpid(), spark.range(10).count())
"""
    here, there = "/dbfs/meeting/here", "/dbfs/meeting/there"
    with ThreadPoolExecutor(2) as pool:
        answers = list(
            pool.map(lambda pair: printed(workspace, source, *pair).split(), [(here, there), (there, here)])
        )
    (application, pid, rows), (other_application, other_pid, other_rows) = answers
    assert application == other_application
    assert pid != other_pid
    assert rows == other_rows == "10"


def test_sessions_of_two_runs_do_not_see_each_others_views_and_settings(workspace: RunningWorkspace) -> None:
    printed(workspace, "spark.range(3).createOrReplaceTempView('mine'); spark.conf.set('a.b', 'c')")
    source = "print(spark.catalog.tableExists('mine'), spark.conf.get('a.b', 'none'))"
    assert printed(workspace, source) == "False none"


def test_several_tasks_run_and_one_failure_fails_the_run(workspace: RunningWorkspace) -> None:
    cluster_id = shared_cluster(workspace)
    good, bad = put_script(workspace, "print('good')"), put_script(workspace, "1 / 0")
    tasks = [task(cluster_id, good, key="good"), task(cluster_id, bad, key="bad")]
    run = finished(workspace, workspace.client.jobs.submit(run_name="two", tasks=tasks).run_id)
    assert state(run) == ("INTERNAL_ERROR", "FAILED")
    outcomes = {
        each.task_key: each.state.result_state.value
        for each in run.tasks or []
        if each.state and each.state.result_state
    }
    assert outcomes == {"good": "SUCCESS", "bad": "FAILED"}
    with pytest.raises(InvalidParameterValue, match="Retrieving the output of runs with multiple tasks"):
        workspace.client.jobs.get_run_output(int(run.run_id or 0))


def test_the_older_form_has_one_task_named_after_the_run(workspace: RunningWorkspace) -> None:
    body = {
        "run_name": "older form",
        "existing_cluster_id": shared_cluster(workspace),
        "spark_python_task": {"python_file": put_script(workspace, "raise ValueError('x')")},
        "timeout_seconds": "600",
    }
    run_id = workspace.call("POST", "/api/2.0/jobs/runs/submit", body).json()["run_id"]
    run = finished(workspace, run_id)
    assert [each.task_key for each in run.tasks or []] == ["older form"]
    assert state(run) == ("TERMINATED", "FAILED")
    assert workspace.client.jobs.get_run_output(run_id).error == "ValueError: x"


def test_one_token_is_one_run_however_often_and_at_once_it_is_sent(workspace: RunningWorkspace) -> None:
    token = f"token-{time.time_ns()}"
    tasks = [task(shared_cluster(workspace), put_script(workspace, "raise ValueError('once')"))]

    def send(_: int) -> int:
        return int(workspace.client.jobs.submit(run_name=token, tasks=tasks, idempotency_token=token).run_id)

    with ThreadPoolExecutor(6) as pool:
        run_ids = set(pool.map(send, range(6)))
    assert len(run_ids) == 1
    (run_id,) = run_ids
    finished(workspace, run_id)
    assert send(0) == run_id
    assert [run.run_id for run in workspace.client.jobs.list_runs() if run.run_name == token] == [run_id]


def _submit_body(**changes: Any) -> dict[str, Any]:
    script = {"python_file": "/Workspace/Shared/x.py"}
    entry = {"task_key": "main", "existing_cluster_id": "0101-000000-nothing0", "spark_python_task": script}
    return {"tasks": [{k: v for k, v in (entry | changes).items() if v is not None}]}


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (
            {"spark_python_task": None, "dbt_task": {"commands": ["dbt run"]}},
            "dbt_task is not supported",
        ),
        ({"spark_python_task": None}, "a task without a kind is not supported"),
        ({"spark_jar_task": {"main_class_name": "x"}}, "spark_jar_task is not supported"),
        ({"notebook_task": {"notebook_path": "/x"}}, "not several"),
        (
            {"existing_cluster_id": None, "new_cluster": {"num_workers": 1}},
            "Missing required field: spark_version",
        ),
        ({"existing_cluster_id": None}, "Missing required field: existing_cluster_id"),
        ({"libraries": [{"jar": "dbfs:/x.jar"}]}, "a library of kind jar is not supported"),
        ({"depends_on": [{"task_key": "a"}]}, "depends on a, which is not a task"),
        ({"job_cluster_key": "a", "existing_cluster_id": None}, "is not defined in job_clusters"),
        ({"task_key": "a b"}, "task_key may hold"),
        ({"spark_python_task": {"python_file": "relative.py"}}, "python_file must be a path"),
        (
            {"spark_python_task": {"python_file": "/Workspace/x.py", "parameters": ["x" * 10_000]}},
            "must not exceed 10000 bytes",
        ),
        (
            {"spark_python_task": {"python_file": "/Workspace/x.py", "parameters": ["{{job.naem}}"]}},
            "parameters refer to {{job.naem}}, which a run of this workspace does not have",
        ),
        ({"timeout_seconds": -1}, "timeout_seconds"),
    ],
)
def test_what_cannot_run_here_is_refused_by_name(
    workspace: RunningWorkspace, changes: dict[str, Any], text: str
) -> None:
    answer = workspace.call("POST", "/api/2.2/jobs/runs/submit", _submit_body(**changes))
    assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert text in answer.json()["message"]


def test_a_long_token_and_no_tasks_and_equal_keys_are_refused(workspace: RunningWorkspace) -> None:
    body = _submit_body()
    for refused, text in [
        (body | {"idempotency_token": "x" * 65}, "longer than 64"),
        ({"run_name": "nothing"}, "Missing required field: tasks"),
        ({"tasks": body["tasks"] * 2}, "Task keys must be unique"),
    ]:
        answer = workspace.call("POST", "/api/2.2/jobs/runs/submit", refused)
        assert answer.status_code == 400
        assert text in answer.json()["message"]


def test_a_run_that_does_not_exist_is_refused_with_databricks_text(workspace: RunningWorkspace) -> None:
    for method, path in [("GET", "get"), ("GET", "get-output"), ("POST", "cancel"), ("POST", "delete")]:
        answer = workspace.call(method, f"/api/2.2/jobs/runs/{path}", {"run_id": 987654321})
        assert answer.status_code == 400
        assert answer.json()["message"] == "Run 987654321 does not exist."


def test_runs_are_listed_newest_first_and_can_be_deleted(workspace: RunningWorkspace) -> None:
    jobs = workspace.client.jobs
    first = finished(workspace, submit(workspace, "print(1)")).run_id
    second = finished(workspace, submit(workspace, "print(2)")).run_id
    listed = [run.run_id for run in jobs.list_runs(completed_only=True, run_type=RunType.SUBMIT_RUN)]
    assert listed.index(second) < listed.index(first)
    assert second not in [run.run_id for run in jobs.list_runs(active_only=True)]
    assert next(run.tasks for run in jobs.list_runs(limit=1)) in (None, [])
    jobs.delete_run(int(first or 0))
    assert first not in [run.run_id for run in jobs.list_runs()]
    answer = workspace.call("GET", "/api/2.2/jobs/runs/list?active_only=true&completed_only=true")
    assert answer.status_code == 400
