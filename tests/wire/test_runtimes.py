"""Every runtime that is installed runs its own Spark and MLflow, and a sweep gives the same on all of them.

`make test-runtimes` installs them and runs this.
"""

import json
import secrets
from typing import Any

import pytest

from local_workspace.clusters.runtimes.offered import RUNTIMES
from local_workspace.clusters.runtimes.pairs import PAIRS, Pair
from tests.wire.polling import until
from tests.wire.running_workspace import RunningWorkspace
from tests.wire.spark_jobs import (
    BUSY,
    SINGLE_NODE,
    active_spark_jobs,
    finished,
    printed,
    state,
    submit,
    until_it_prints,
)
from tests.wire.whole_sweep import Swept, WholeSweep

# The workspace's own Spark runs it.
OWN = "20.x-cpu-ml-scala2.13"
VERSIONS = "import pyspark, mlflow; print(pyspark.__version__, spark.version, mlflow.__version__)"
RECORD = {
    "Island": "Biscoe",
    "CulmenLength": 48.7,
    "CulmenDepth": 14.1,
    "FlipperLength": 210.0,
    "BodyMass": 4450.0,
}

pytestmark = pytest.mark.matrix


def new_cluster(workspace: RunningWorkspace, key: str, workers: int = 0) -> str:
    """The id of a RUNNING cluster of a runtime."""
    nodes: dict[str, Any] = SINGLE_NODE if not workers else {"num_workers": workers}
    asked = {"node_type_id": SINGLE_NODE["node_type_id"], **nodes, "spark_version": key}
    made = workspace.client.clusters.create_and_wait(cluster_name=secrets.token_hex(4), **asked)
    return str(made.cluster_id)


@pytest.fixture(scope="module")
def expected(workspace: RunningWorkspace) -> Swept:
    """What the sweep gives on the workspace's own Spark."""
    cluster_id = new_cluster(workspace, OWN)
    swept = WholeSweep(workspace, cluster_id).run()
    workspace.client.clusters.permanent_delete(cluster_id)
    return swept


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("pair", PAIRS.values(), ids=lambda pair: pair.runtime)
def test_a_sweep_gives_the_same_on_the_runtimes_own_spark_and_mlflow(
    workspace: RunningWorkspace, expected: Swept, pair: Pair, workers: int
) -> None:
    key = next(key for key in RUNTIMES if key.startswith(f"{pair.runtime}.x-cpu-ml-scala"))
    cluster_id = new_cluster(workspace, key, workers)
    cluster = workspace.client.clusters.get(cluster_id)
    said = f"Runtime {key} is run here by Spark {pair.spark}, MLflow {pair.mlflow}, Python "
    assert str(cluster.state_message).startswith(said)
    assert len(cluster.executors or []) == workers
    versions = printed(workspace, VERSIONS, cluster_id=cluster_id)
    assert versions.split() == [pair.spark, pair.spark, pair.mlflow]
    sweep = WholeSweep(workspace, cluster_id)
    swept = sweep.run()
    print(json.dumps({"runtime": pair.runtime, "workers": workers, **vars(swept)}))
    assert (swept.snapshot, swept.rows) == (expected.snapshot, expected.rows)
    assert swept.points == expected.points
    assert swept.predictions == expected.predictions
    for point, metrics in swept.metrics.items():
        assert metrics == pytest.approx(expected.metrics[point], abs=1e-9)
    if not workers:
        assert sweep.served(RECORD) == (1.0, ""), "with its own packages, nothing is to be said"
        assert_that_a_cancelled_run_leaves_nothing_running(workspace, cluster_id)
    workspace.client.clusters.permanent_delete(cluster_id)


def assert_that_a_cancelled_run_leaves_nothing_running(workspace: RunningWorkspace, cluster_id: str) -> None:
    run_id = submit(workspace, BUSY, cluster_id=cluster_id)
    until_it_prints(workspace, run_id, "busy")
    until(lambda: bool(active_spark_jobs(workspace, cluster_id)), "an active Spark job")
    workspace.client.jobs.cancel_run(run_id)
    assert state(finished(workspace, run_id))[1] == "CANCELED"
    assert active_spark_jobs(workspace, cluster_id) == []
