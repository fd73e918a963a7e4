"""The demo, and the whole DAG with 32 points against the lab's steps as one plain script."""

import json
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from statistics import median
from typing import Any

from bench.measures import Comparison, Figure, answer_of
from bench.sweep import MAX_ITER, POINTS, REG_PARAM
from local_stack.environments import AIRFLOW, PROJECT, WORKSPACE

# 20 seconds a point: some of them, scaled.
_LAB_POINTS = [POINTS[0], *POINTS[::4]]


def compare(rounds: int) -> Iterator[Comparison | Figure]:
    """Each once: they take minutes."""
    del rounds
    demo = _demo({})
    yield Figure("make demo", "s", demo["seconds"], "demo_seconds")
    yield Figure("Peak memory of make demo", "MiB", demo["peak_memory_mib"], "peak_memory_mib")
    grid = {"LogisticRegression_maxIter": MAX_ITER, "LogisticRegression_regParam": REG_PARAM}
    ours = _demo(grid)
    with tempfile.TemporaryDirectory(prefix="rookery-bench-") as folder:
        lab = answer_of(WORKSPACE / "python", "bench.lab_script", folder, json.dumps(_LAB_POINTS))
    others = lab["points"][1:]
    # The first point warms Spark up: the others stand for the 31 that follow it.
    whole = lab["seconds"] - sum(others) + (len(POINTS) - 1) * median(others)
    name, script = f"The whole DAG, {len(POINTS)} points", "the lab's steps as a script"
    yield Comparison(name, "s", script, [ours["run_seconds"]], [whole], "chain_vs_lab_script_32_points")
    yield Comparison(
        "Its cluster's life", "s", script, [ours["cluster_seconds"]], [whole], "cluster_seconds_vs_lab_script"
    )


def _demo(conf: Mapping[str, Any]) -> Any:
    """The summary that the demo prints last, with its peak memory."""
    command = [str(AIRFLOW / "python"), "-m", "local_stack.demo", "--conf", json.dumps(conf)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(
            f"the demo failed ({done.returncode}):\n{done.stdout[-3000:]}{done.stderr[-1000:]}"
        )
    gibibytes = float(re.findall(r"^Peak memory +([0-9.]+) GiB", done.stdout, re.MULTILINE)[0])
    return json.loads(done.stdout.splitlines()[-1]) | {"peak_memory_mib": 1024 * gibibytes}
