"""`python -m bench.cluster_start ROUNDS`: the start of a driver with and without recorded classes."""

import json
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from bench.measures import Comparison, answer_of, in_turns
from local_stack.environments import WORKSPACE


def compare(rounds: int) -> Iterator[Comparison]:
    """From the JVM's start until a Spark session answers."""
    seconds = answer_of(WORKSPACE / "python", "bench.cluster_start", str(rounds))
    plain = "without recorded classes"
    yield Comparison(
        "Starting a local cluster",
        "s",
        plain,
        seconds["recorded"],
        seconds["plain"],
        key="cluster_start_vs_plain",
    )


def main() -> None:
    """Print the seconds of each start, in the workspace's environment."""
    from local_workspace.clock import SystemClock
    from local_workspace.clusters.runtimes.offered import RUNTIMES
    from local_workspace.clusters.spark.class_archive import java_options
    from local_workspace.clusters.spark.driver import launch
    from local_workspace.clusters.spark.java import find_java
    from local_workspace.clusters.spark.jvm import Jvm
    from local_workspace.clusters.spec import ClusterSpec
    from local_workspace.processes.processes import Processes
    from local_workspace.store import Store

    java = find_java()
    with tempfile.TemporaryDirectory(prefix="rookery-bench-") as folder:
        root = Path(folder)
        store = Store(root / "store.db")
        processes = Processes(store)
        spec = ClusterSpec(spark_version=next(reversed(RUNTIMES)))

        def start(options: list[str]) -> float:
            jvm = Jvm(java, options, spec, root / "cluster", {"/": root / "dbfs"})
            started = time.monotonic()
            driver = launch(jvm, "bench", processes, SystemClock(), threading.Event())
            seconds = time.monotonic() - started
            processes.end(driver.process, 30.0)
            return seconds

        recorded, plain = in_turns(int(sys.argv[1]), lambda: start(java_options(java)), lambda: start([]))
        store.close()
    print(json.dumps({"recorded": recorded, "plain": plain}))


if __name__ == "__main__":
    main()
