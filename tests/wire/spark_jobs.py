"""Scripts run as job runs, through the SDK, on a cluster that the tests of one workspace share."""

import io
import secrets
from typing import Any

import psutil
from databricks.sdk.service.jobs import Run, RunOutput, SparkPythonTask, SubmitTask
from databricks.sdk.service.workspace import ImportFormat

from tests.wire.polling import until
from tests.wire.running_workspace import RunningWorkspace

RUNTIME = "19.x-cpu-ml-scala2.13"
NODE_TYPE = "Standard_DS3_v2"
# The lab's cluster, in the classic form.
SINGLE_NODE: dict[str, Any] = {
    "spark_version": RUNTIME,
    "node_type_id": NODE_TYPE,
    "num_workers": 0,
    "spark_conf": {"spark.databricks.cluster.profile": "singleNode", "spark.master": "local[*]"},
    "custom_tags": {"ResourceClass": "SingleNode"},
    "autotermination_minutes": 20,
}
# Spark jobs from plain threads of the script: fits of many small jobs, and one long job of one task, as two
# would be all that a small machine carries out at once. They leave much of the processor to the tests.
BUSY = """
import time
from concurrent.futures import ThreadPoolExecutor
from pyspark.ml.classification import LogisticRegression
from pyspark.ml.feature import VectorAssembler

rows = spark.range(2000).selectExpr("rand(1) AS x", "rand(2) AS y", "double(rand(1) > rand(3)) AS label")
data = VectorAssembler(inputCols=["x", "y"], outputCol="features").transform(rows).cache()

def fit(_):
    while True:
        LogisticRegression(maxIter=20, tol=0.0).fit(data)
        time.sleep(0.5)

def sleep(_):
    sc.parallelize(range(1), 1).map(lambda _: time.sleep(600)).count()

print("busy", flush=True)
with ThreadPoolExecutor(2) as pool:
    list(pool.map(lambda work: work(0), [fit, sleep]))
"""
_running: dict[str, str] = {}


def shared_cluster(workspace: RunningWorkspace) -> str:
    """The id of a RUNNING cluster; the same one for every test of this workspace while it runs."""
    cluster_id = _running.get(workspace.origin)
    if cluster_id is None:
        cluster_id = _running[workspace.origin] = new_cluster(workspace)
    return cluster_id


def new_cluster(workspace: RunningWorkspace) -> str:
    """The id of a RUNNING cluster of the caller's own."""
    cluster = workspace.client.clusters.create_and_wait(
        cluster_name=f"test {secrets.token_hex(4)}", **SINGLE_NODE
    )
    assert cluster.cluster_id is not None
    return cluster.cluster_id


# Scripts of this test session.
_FOLDER = f"/Workspace/Users/local.user@example.com/{secrets.token_hex(8)}"


def put_script(workspace: RunningWorkspace, source: str) -> str:
    """Upload a script and return its path."""
    path = f"{_FOLDER}/{secrets.token_hex(4)}.py"
    workspace.client.workspace.mkdirs(_FOLDER)
    workspace.client.workspace.upload(path, io.BytesIO(source.encode()), format=ImportFormat.AUTO)
    return path


def task(cluster_id: str, path: str, *parameters: str, key: str = "main", seconds: int = 0) -> SubmitTask:
    """A task that runs a script."""
    script = SparkPythonTask(python_file=path, parameters=list(parameters))
    return SubmitTask(
        task_key=key, existing_cluster_id=cluster_id, spark_python_task=script, timeout_seconds=seconds
    )


def submit(workspace: RunningWorkspace, source: str, *parameters: str, **options: Any) -> int:
    """Begin a run of `source` on the shared cluster (or `cluster_id`); its run id."""
    cluster_id = options.pop("cluster_id", None) or shared_cluster(workspace)
    tasks = [task(cluster_id, put_script(workspace, source), *parameters)]
    return int(workspace.client.jobs.submit(run_name="test", tasks=tasks, **options).run_id)


def finished(workspace: RunningWorkspace, run_id: int) -> Run:
    """The run, once it has ended, however it did."""
    jobs = workspace.client.jobs
    until(lambda: bool(jobs.get_run(run_id).end_time), f"the end of run {run_id}")
    return jobs.get_run(run_id)


def task_run_id(run: Run) -> int:
    """The run id of the only task."""
    assert run.tasks is not None
    (only,) = run.tasks
    assert only.run_id is not None
    return only.run_id


def output(workspace: RunningWorkspace, run_id: int) -> RunOutput:
    """The output of the only task of a run, once it has ended."""
    return workspace.client.jobs.get_run_output(task_run_id(finished(workspace, run_id)))


def until_it_prints(workspace: RunningWorkspace, run_id: int, text: str) -> str:
    """Return what a run that goes on has printed once `text` is in it."""
    jobs = workspace.client.jobs
    task_run = task_run_id(jobs.get_run(run_id))

    def logs() -> str:
        return jobs.get_run_output(task_run).logs or ""

    until(lambda: text in logs(), f"{text!r} of run {run_id}")
    return logs()


def printed(workspace: RunningWorkspace, source: str, *parameters: str, **options: Any) -> str:
    """What a script prints; AssertionError with its error if it fails."""
    result = output(workspace, submit(workspace, source, *parameters, **options))
    assert result.error is None, f"{result.error}\n{result.error_trace}"
    return (result.logs or "").strip()


def state(run: Run) -> tuple[str, str | None]:
    """Life cycle and result, as text."""
    assert run.state is not None
    assert run.state.life_cycle_state is not None
    result = run.state.result_state
    return run.state.life_cycle_state.value, result.value if result else None


def termination_code(run: Run) -> str:
    """The code of the newer `status`."""
    assert run.status is not None
    assert run.status.termination_details is not None
    assert run.status.termination_details.code is not None
    return run.status.termination_details.code.value


def driver_process(workspace: RunningWorkspace, cluster_id: str) -> psutil.Process:
    """The JVM of a cluster's driver."""
    (found,) = [
        process
        for process in psutil.Process(workspace.pid).children(recursive=True)
        if process.name() == "java" and _is_driver(" ".join(process.cmdline()), cluster_id)
    ]
    return found


def _is_driver(command: str, cluster_id: str) -> bool:
    return cluster_id in command and "SparkSubmit" in command


def active_spark_jobs(workspace: RunningWorkspace, cluster_id: str) -> list[int]:
    """The ids of the Spark jobs that are active on a cluster, asked of its Spark."""
    answer = printed(workspace, "print(sc.statusTracker().getActiveJobsIds())", cluster_id=cluster_id)
    return [int(number) for number in answer.strip("[]").replace(",", " ").split()]


def busy_run(workspace: RunningWorkspace, cluster_id: str) -> int:
    """A run that has Spark jobs running by now."""
    run_id = submit(workspace, BUSY, cluster_id=cluster_id)
    until_it_prints(workspace, run_id, "busy")
    until(lambda: bool(active_spark_jobs(workspace, cluster_id)), "an active Spark job")
    return run_id
