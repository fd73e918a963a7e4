"""Data that is in the workspace already: a table on a cluster that is there, and Parquet in a Volume."""

import io
from typing import Any

import pytest
from databricks.sdk.service.catalog import VolumeType
from databricks.sdk.service.compute import DataSecurityMode, State
from databricks.sdk.service.jobs import SparkPythonTask, SubmitTask
from databricks.sdk.service.workspace import ImportFormat

from local_stack.environments import PROJECT
from tests.end_to_end.stack import EndedRun, Stack

pytestmark = pytest.mark.matrix

TABLE, FOLDER = "default.penguins_in_a_table", "/Volumes/main/default/penguins_in_place"
CONF: dict[str, Any] = {"LogisticRegression_maxIter": [5], "points_per_task": 4}
SAVE = f"""
rows = spark.read.csv("{FOLDER}/penguins.csv", header=True, inferSchema=True)
rows.write.saveAsTable("{TABLE}")
rows.write.parquet("{FOLDER}/penguins")
"""
MORE = f"""
spark.table("{TABLE}").limit(50).write.insertInto("{TABLE}")
"""


@pytest.fixture(scope="module")
def cluster_id(stack: Stack) -> str:
    """Somebody's cluster, on which a run has saved the penguins."""
    workspace = stack.workspace
    workspace.volumes.create("main", "default", FOLDER.rpartition("/")[2], VolumeType.MANAGED)
    content = (PROJECT / "data" / "penguins.csv").read_bytes()
    workspace.files.upload(f"{FOLDER}/penguins.csv", io.BytesIO(content))
    cluster = workspace.clusters.create_and_wait(
        cluster_name="somebody's",
        spark_version="19.x-cpu-ml-scala2.13",
        node_type_id="Standard_DS3_v2",
        num_workers=0,
        spark_conf={"spark.databricks.cluster.profile": "singleNode", "spark.master": "local[*]"},
        custom_tags={"ResourceClass": "SingleNode"},
        data_security_mode=DataSecurityMode.SINGLE_USER,
        autotermination_minutes=120,
    )
    run_script(stack, str(cluster.cluster_id), "save", SAVE)
    return str(cluster.cluster_id)


@pytest.fixture(scope="module")
def in_a_table(stack: Stack, cluster_id: str) -> EndedRun:
    return stack.run("penguins_in_a_table", CONF | {"existing_cluster_id": cluster_id})


def run_script(stack: Stack, cluster_id: str, name: str, source: str) -> None:
    path = f"/Workspace/Shared/{name}.py"
    stack.workspace.workspace.upload(path, io.BytesIO(source.encode()), format=ImportFormat.AUTO)
    script = SubmitTask(
        task_key=name, existing_cluster_id=cluster_id, spark_python_task=SparkPythonTask(python_file=path)
    )
    stack.workspace.jobs.submit_and_wait(run_name=name, tasks=[script])


def digest_of(run: EndedRun) -> str:
    assert run.state == "success", {name: task.state for name, task in run.tasks.items()}
    return str(run.dag_run.xcom("prepare_data", "snapshot_digest"))


def test_a_table_is_trained_on_by_the_cluster_that_saved_it_which_stays(
    stack: Stack, cluster_id: str, in_a_table: EndedRun
) -> None:
    assert digest_of(in_a_table)
    assert in_a_table.returned("create_cluster") == cluster_id
    assert stack.workspace.clusters.get(cluster_id).state == State.RUNNING
    assert stack.clusters_of(in_a_table.dag_run) == []


def test_a_table_with_other_rows_gives_another_snapshot_and_the_same_rows_the_same(
    stack: Stack, cluster_id: str, in_a_table: EndedRun
) -> None:
    conf = CONF | {"existing_cluster_id": cluster_id}
    assert digest_of(stack.run("penguins_in_a_table", conf)) == digest_of(in_a_table)
    run_script(stack, cluster_id, "more", MORE)
    assert digest_of(stack.run("penguins_in_a_table", conf)) != digest_of(in_a_table)


def test_parquet_in_a_volume_is_trained_on_by_a_cluster_of_the_runs_own(
    stack: Stack, cluster_id: str
) -> None:
    run = stack.run("penguins_in_a_volume", CONF)
    assert digest_of(run)
    assert run.returned("create_cluster") != cluster_id
    assert stack.live_clusters("penguins_in_a_volume") == []


def test_a_cluster_that_is_not_there_is_told_before_anything_is_done(stack: Stack) -> None:
    run = stack.run("penguins_in_a_table", CONF)
    assert run.failed() - {"verdict"} == {"resolve_plan"}
    assert "name a cluster by its id" in run.last_line_of("resolve_plan")
