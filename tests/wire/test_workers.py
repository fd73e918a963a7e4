"""A cluster with workers: executors in processes of their own, which see the workspace's files."""

import secrets
import socket
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import psutil
import pytest
from databricks.sdk.service.compute import ClusterDetails, State

from tests.wire.polling import until
from tests.wire.running_workspace import RunningWorkspace, StartWorkspace
from tests.wire.spark_jobs import NODE_TYPE, driver_process, printed
from tests.wire.whole_sweep import WholeSweep

# The runtime that the server's own Spark runs: its classes are recorded.
RUNTIME = "20.x-cpu-ml-scala2.13"
TWO_WORKERS: dict[str, Any] = {"spark_version": RUNTIME, "node_type_id": NODE_TYPE, "num_workers": 2}
WHO_RUNS = """
import os
print(sorted({sc.parallelize(range(4), 4).map(lambda _: os.getcwd().rsplit("/", 1)[1])}.collect()))
"""
# What a job asks of executors: Python workers, files that the driver adds, text, parquet, a fit, a table.
WORK = """
import os, sys, tempfile, pathlib
import pandas as pd
from pyspark.ml import Pipeline, PipelineModel
from pyspark.ml.classification import LogisticRegression
from pyspark.ml.feature import VectorAssembler
from pyspark.sql.functions import pandas_udf

folder = sys.argv[1]
added = pathlib.Path(tempfile.mkdtemp()) / "added.py"
added.write_text("TEN = 10")
sc.addPyFile(str(added))

def where(_):
    import added
    return os.getpid(), os.getppid(), added.TEN

places = sc.parallelize(range(8), 8).map(where).collect()
print("parents", len({parent for _, parent, _ in places}), {ten for *_, ten in places})

spark.range(100).selectExpr("id", "id % 2 AS kind").repartition(4).write.csv(folder + "/csv", header=True)
rows = spark.read.csv(folder + "/csv", header=True, schema="id long, kind double").repartition(4)

@pandas_udf("long")
def doubled(values: pd.Series) -> pd.Series:
    return values * 2

print("sum", rows.select(doubled("id").alias("x")).agg({"x": "sum"}).first()[0])
pipeline = Pipeline(stages=[
    VectorAssembler(inputCols=["id"], outputCol="features"),
    LogisticRegression(labelCol="kind", maxIter=3),
])
pipeline.fit(rows).write().save(folder + "/model")
print("scored", PipelineModel.load(folder + "/model").transform(rows).count())
rows.write.saveAsTable("t" + folder.rsplit("_", 1)[1])
print("table", spark.table("t" + folder.rsplit("_", 1)[1]).count())
"""


def executors(workspace: RunningWorkspace, cluster_id: str) -> list[psutil.Process]:
    """The executor processes of a cluster."""
    java = driver_process(workspace, cluster_id).children(recursive=True)
    return [each for each in java if "CoarseGrainedExecutorBackend" in " ".join(each.cmdline())]


def create(workspace: RunningWorkspace, **fields: Any) -> ClusterDetails:
    asked = {**TWO_WORKERS, **fields}
    return workspace.client.clusters.create_and_wait(cluster_name=f"test {secrets.token_hex(4)}", **asked)


@pytest.fixture(scope="module")
def cluster(workspace: RunningWorkspace) -> Iterator[ClusterDetails]:
    """A cluster with two workers."""
    made = create(workspace)
    yield made
    workspace.client.clusters.permanent_delete(str(made.cluster_id))


def test_a_running_cluster_shows_its_workers(workspace: RunningWorkspace, cluster: ClusterDetails) -> None:
    assert cluster.num_workers == 2
    assert cluster.driver is not None
    nodes = [cluster.driver, *(cluster.executors or [])]
    assert len({node.node_id for node in nodes}) == 3
    assert all(node.private_ip == "127.0.0.1" and node.start_timestamp for node in nodes)
    assert (cluster.cluster_cores, cluster.cluster_memory_mb) == (12.0, 3 * 14336)
    assert "2 of 2 workers run" in str(cluster.state_message)
    processes = executors(workspace, str(cluster.cluster_id))
    assert len(processes) == 2
    assert all(any(".jsa" in one.path for one in each.memory_maps()) for each in processes), (
        "recorded classes"
    )
    page = workspace.http.get(f"/compute/clusters/{cluster.cluster_id}").text
    assert "2 asked for, 2 run" in page


def test_spark_and_python_run_on_both_workers_with_the_workspaces_files(
    workspace: RunningWorkspace, cluster: ClusterDetails
) -> None:
    folder = f"dbfs:/workers_{secrets.token_hex(4)}"
    shown = printed(workspace, WORK, folder, cluster_id=cluster.cluster_id)
    assert shown.splitlines() == ["parents 2 {10}", "sum 9900", "scored 100", "table 100"]
    assert not list((workspace.root / "dbfs").rglob("*.crc"))


def test_a_file_that_the_dbfs_api_writes_anew_is_read_by_workers(
    workspace: RunningWorkspace, cluster: ClusterDetails
) -> None:
    path = f"/workers_{secrets.token_hex(4)}.txt"
    read = f"print(spark.read.text('dbfs:{path}').repartition(2).collect()[0][0])"
    for text in (b"first", b"second"):
        with workspace.client.dbfs.open(path, write=True, overwrite=True) as file:
            file.write(text)
        assert printed(workspace, read, cluster_id=cluster.cluster_id) == text.decode()


def test_the_ports_of_a_driver_with_workers_are_open_to_this_machine_only_and_tell_nothing(
    workspace: RunningWorkspace, cluster: ClusterDetails
) -> None:
    java = driver_process(workspace, str(cluster.cluster_id))
    listening = [
        each.laddr
        for process in (java, *executors(workspace, str(cluster.cluster_id)))
        for each in process.net_connections("inet")
        if each.status == psutil.CONN_LISTEN
    ]
    assert {address.ip.removeprefix("::ffff:") for address in listening} == {"127.0.0.1"}
    answers = [answer for address in listening if (answer := http_answer(address.port))]
    assert [answer.status_code for answer in answers] == [404, 404, 404], "the pages of master and workers"
    secret = printed(
        workspace, "print(sc.getConf().get('spark.authenticate.secret'))", cluster_id=cluster.cluster_id
    )
    commands = [" ".join(each.cmdline()) for each in (java, *executors(workspace, str(cluster.cluster_id)))]
    assert secret
    assert not any(secret in command for command in commands)


def http_answer(port: int) -> httpx.Response | None:
    """What a port says to a request for its first page; None if it does not speak HTTP."""
    with socket.create_connection(("127.0.0.1", port)):
        pass
    try:
        return httpx.get(f"http://127.0.0.1:{port}/", trust_env=False, timeout=5)
    except httpx.TransportError:
        return None


def test_workers_that_scale_start_at_the_fewest_and_their_limits_are_shown(
    workspace: RunningWorkspace,
) -> None:
    body = TWO_WORKERS | {"autoscale": {"min_workers": 1, "max_workers": 4}}
    del body["num_workers"]
    made = workspace.call("POST", "/api/2.1/clusters/create", body).json()["cluster_id"]
    shown = workspace.client.clusters.wait_get_cluster_running(made)
    workspace.client.clusters.permanent_delete(made)
    assert shown.autoscale is not None
    assert (shown.autoscale.min_workers, shown.autoscale.max_workers) == (1, 4)
    assert (shown.num_workers, len(shown.executors or [])) == (1, 1)
    assert "It stays at min_workers." in str(shown.state_message)


def delete(workspace: RunningWorkspace, cluster_id: str) -> None:
    workspace.client.clusters.delete_and_wait(cluster_id)


def kill_driver(workspace: RunningWorkspace, cluster_id: str) -> None:
    driver_process(workspace, cluster_id).kill()
    clusters = workspace.client.clusters
    until(lambda: clusters.get(cluster_id).state == State.TERMINATED, "the end of the cluster")


def kill_server(workspace: RunningWorkspace, _: str) -> None:
    workspace.process.kill()


@pytest.mark.parametrize(
    "end", [*(pytest.param(one, marks=pytest.mark.matrix) for one in (delete, kill_driver)), kill_server]
)
def test_workers_end_with_their_cluster_however_it_ends(
    start_workspace: StartWorkspace, end: Callable[[RunningWorkspace, str], None]
) -> None:
    workspace = start_workspace()
    cluster_id = str(create(workspace).cluster_id)
    workers = executors(workspace, cluster_id)
    assert len(workers) == 2
    end(workspace, cluster_id)
    until(lambda: not any(each.is_running() for each in workers), "the end of the workers")
    if end is not kill_server:
        assert not (workspace.root / "clusters" / cluster_id / "spark").exists()


@pytest.mark.matrix
def test_a_whole_sweep_runs_on_two_workers(workspace: RunningWorkspace, cluster: ClusterDetails) -> None:
    """That it gives what it gives on a single node, `test_runtimes.py` shows."""
    swept = WholeSweep(workspace, str(cluster.cluster_id)).run()
    assert sum(swept.rows.values()) == 342
    assert len(swept.points) == len(swept.metrics) == 4
    assert max(metrics["accuracy"] for metrics in swept.metrics.values()) > 0.9
    assert set(swept.predictions) == {0.0, 1.0, 2.0}
