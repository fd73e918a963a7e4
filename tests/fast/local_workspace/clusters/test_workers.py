"""How many executors a machine runs for the workers that were asked for, and what is said of them."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from local_workspace.clusters.spark.conf import driver_conf
from local_workspace.clusters.spark.executors import remove_homes, write_homes
from local_workspace.clusters.spec import ClusterSpec
from local_workspace.clusters.workers import Machine, Workers, in_words, workers_of

LARGE = Machine(cores=16, memory_mb=65_536)


def spec(**fields: Any) -> ClusterSpec:
    return ClusterSpec(spark_version="19.x-scala2.13", node_type_id="Standard_DS3_v2", **fields)


def test_a_single_node_has_no_executors() -> None:
    assert workers_of(spec(num_workers=0), LARGE) is None
    assert in_words(spec(num_workers=0), None) == ""


def test_every_worker_is_an_executor_with_the_cores_of_its_node_type_where_there_is_room() -> None:
    workers = workers_of(spec(num_workers=2), LARGE)
    assert workers == Workers(executors=2, cores=4, memory_mb=1024)
    assert workers.master == "local-cluster[2,4,1024]"
    assert in_words(spec(num_workers=2), workers) == (
        "2 of 2 workers run, as executors with 4 cores and 1024 MiB each."
    )


@pytest.mark.parametrize(
    ("machine", "memory", "executors", "cores"),
    [
        (Machine(2, 65_536), "1g", 2, 1),
        (Machine(3, 65_536), "1g", 3, 1),
        (Machine(16, 8_192), "1g", 4, 4),
        (Machine(16, 8_192), "512m", 8, 2),
        (Machine(16, 8_192), "100g", 1, 4),
        (Machine(1, 1_024), "1g", 1, 1),
    ],
)
def test_executors_are_as_many_as_have_a_core_and_fit_into_half_of_the_memory(
    machine: Machine, memory: str, executors: int, cores: int
) -> None:
    asked = spec(num_workers=8, spark_conf={"spark.executor.memory": memory})
    workers = workers_of(asked, machine)
    assert workers is not None
    assert (workers.executors, workers.cores) == (executors, cores)
    assert ("no room for more" in in_words(asked, workers)) == (executors < 8)


def test_a_cluster_that_may_scale_starts_with_the_fewest_and_says_that_it_stays_there() -> None:
    asked = spec(autoscale={"min_workers": 2, "max_workers": 8})
    workers = workers_of(asked, LARGE)
    assert workers is not None
    assert workers.executors == 2
    assert in_words(asked, workers).endswith("It stays at min_workers.")


def test_each_driver_with_workers_has_a_secret_that_a_client_cannot_choose(tmp_path: Path) -> None:
    theirs = {"spark.authenticate": "false", "spark.authenticate.secret": "theirs"}
    asked = spec(num_workers=2, spark_conf=theirs)
    confs = [driver_conf(asked, workers_of(asked, LARGE), {"/": tmp_path}, tmp_path) for _ in range(2)]
    assert all(conf["spark.authenticate"] == "true" for conf in confs)
    assert len({conf["spark.authenticate.secret"] for conf in confs} | {"theirs"}) == 3
    alone = driver_conf(spec(num_workers=0), None, {"/": tmp_path}, tmp_path)
    assert "spark.authenticate.secret" not in alone


def test_executors_have_the_drivers_java_and_class_path_without_the_module_that_slim_runtimes_lack(
    tmp_path: Path,
) -> None:
    show = [sys.executable, "-c", "import sys; print(sys.argv[1:])"]
    homes = write_homes(tmp_path, tmp_path / "pyspark", [*show, "-cp", "the driver's/*"])
    java = Path(homes["JAVA_HOME"]) / "bin" / "java"
    asked = ["-cp", "theirs:/jars/*", "-Xmx1024M", "--add-modules=jdk.incubator.vector", "-Da=b c", "Main"]
    started = subprocess.run([java, *asked], capture_output=True, text=True, check=True)
    assert started.stdout.strip() == str(["-cp", "the driver's/*", "-Xmx1024M", "-Da=b c", "Main"])
    remove_homes(tmp_path)
    assert not any(Path(home).exists() for home in homes.values())
