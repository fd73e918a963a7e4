"""`docs/performance.md`, made from what `make bench` prints last."""

import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import distributions, version
from typing import Any

from bench.measures import Comparison, Figure
from local_stack.environments import WORKSPACE

_PAGES_KIB = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024
AIMS: Mapping[str, str] = {
    "sweep_speedup_vs_lab": "≥ 60",
    "sweep_speedup_vs_lab_without_models": "≥ 4",
    "sweep_cost_vs_bare_fit": "≤ 1.5",
    "chain_vs_lab_script_32_points": "≤ 0.07",
    "cluster_seconds_vs_lab_script": "≤ 0.05",
    "serving_p50_speedup_c1": "≥ 50",
    "serving_p99_speedup_c1": "≥ 25",
    "serving_p50_speedup_c8": "≥ 40",
    "serving_p99_speedup_c8": "≥ 20",
    "serving_p50_vs_floor": "≤ 2.0",
    "scorer_rows_per_second_vs_numpy": "≥ 0.8",
    "dag_import_vs_bare_provider": "≤ 1.3",
    "max_metric_difference": "≤ 1e-9",
    "rows_5m_seconds_per_point_vs_bare_fit": "≤ 1.5",
    "points_1024_seconds_per_point_vs_32": "≤ 1.2",
    "workspace_get_p99_ms": "< 50",
    "demo_seconds": "≤ 55",
}

_INTRODUCTION = """\
# Performance

<!-- Made by `make bench PAGE=docs/performance.md`: measure again, do not edit. -->

Measured on {date} on a machine with {cores} cores and {memory:.0f} GiB, Python {python}, Airflow
{airflow}, Spark {spark}, MLflow {mlflow}. `make bench` measures again, with three rounds in which the
sides take turns; what takes minutes is measured once. Times differ from machine to machine and from hour
to hour: look at the ratios. The last column but one is a ratio against the baseline of the same row, or a
number of its own, by its key in the JSON that `make bench` prints last; the last one is what the project
wants to reach.
"""

_BASELINES = """
## What the baselines are

- **the lab's function**: `train_penguin_model` of Microsoft's exercise "Use MLflow in Azure Databricks",
  as it stands there (`bench/lab.py`), in one warm session on a local cluster, after a point to warm up.
  Four of the 32 points are measured with models and scaled. Nine tenths of a point's time is MLflow
  finding out what the model requires: it starts a second Java and loads the model there.
- **the same without log_model and save_model**: what is left is Spark: the feature stages are fitted for
  each point, and each of the three metrics is a pass over the rows. A shard fits the stages once, keeps
  their result in memory, fits four points at a time and takes all metrics from one pass.
- **a bare fit**: a loop of `LogisticRegression.fit` on cached features, with as many threads, no metric
  and no MLflow.
- **the lab's steps as a script**: a fresh Spark, the same points, the model registered, served by `mlflow
  models serve` and asked (`bench/lab_script.py`).
- **MLflow's Spark flavor** and **a constant model**: MLflow's own scoring server, asked without a gateway
  (`bench/baseline_server.py`).
- **NumPy written for this model**: a few lines that know this one model and check nothing
  (`bench/scorer.py`).

## What bounds the sweep

Spark does. Each iteration of a LogisticRegression is a Spark job of its own, so the 32 points are some
hundreds of jobs on a few hundred rows, and a bare loop of fits alone takes more than half of the sweep's
time. In a profile of it (Java Flight Recorder, a warm driver) 23 % of the samples are
Spark's check of closures, 28 % the serialisation of tasks and back, 13 % the scheduler's one thread.
Settings of Spark do not change that (broadcasts without checksum and compression, no live updates, no
wait for locality), and the JVM's second compiler makes it slower. The chain is bounded by the same fits,
by the start of Airflow's task processes, and by the start of Spark.
"""


def page(measured: Sequence[Comparison | Figure]) -> str:
    """The page, in Markdown."""
    introduction = _INTRODUCTION.format(
        date=datetime.now(UTC).date().isoformat(),
        cores=os.cpu_count(),
        memory=_PAGES_KIB / 2**20,
        python=platform.python_version(),
        airflow=version("apache-airflow-core"),
        spark=_workspace_version("pyspark"),
        mlflow=_workspace_version("mlflow"),
    )
    head = "| | ours | baseline | value | aim |\n|---|---|---|---|---|"
    return "\n".join([introduction, head, *map(_row, measured), *_spread(measured)]) + "\n" + _BASELINES


def _workspace_version(name: str) -> str:
    """The version of a package of the workspace's environment, which is not the one that this runs in."""
    folders = [str(each) for each in WORKSPACE.parent.glob("lib/python*/site-packages")]
    return next(iter(distributions(name=name, path=folders))).version


def _row(one: Comparison | Figure) -> str:
    aim = AIMS.get(one.key, "")
    if isinstance(one, Figure):
        return f"| {one.name} | {_shown(one.value)} {one.unit} | | `{one.key}` | {aim} |"
    ours, baseline = f"{_shown(one.ours_median)} {one.unit}", f"{_shown(one.baseline_median)} {one.unit}"
    return (
        f"| {one.name} | {ours} | {baseline}, {one.baseline_name} | {_shown(one.value)} `{one.key}` | {aim} |"
    )


def _spread(measured: Sequence[Comparison | Figure]) -> Iterator[str]:
    repeated = [one for one in measured if isinstance(one, Comparison) and len(one.ours) > 1]
    if repeated:
        yield "\nThe smallest and the largest of the repetitions:\n"
    for one in repeated:
        yield f"- `{one.key}`: ours {_range(one.ours)}, baseline {_range(one.baseline)} {one.unit}"


def _range(values: Sequence[float]) -> str:
    return f"{_shown(min(values))} to {_shown(max(values))}"


def _shown(value: Any) -> str:
    return f"{value:.3g}" if value < 1000 else f"{value:.0f}"
