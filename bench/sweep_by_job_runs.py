"""32 points by job runs in the local workspace, against the lab's function in one warm session."""

import io
import json
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any

from bench.job_scripts import BARE_FITS, LAB_POINTS
from bench.measures import Comparison, Figure
from local_stack.environments import PROJECT
from local_stack.runs.sweep import Sweep
from local_stack.services.workspace import Workspace, local_workspace
from rookery_jobs.contract import SnapshotSpec, SweepSpec, side_path

MAX_ITER = [5, 10, 20, 50]
REG_PARAM = [0.0, 0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 1.0]
POINTS = list(product(MAX_ITER, REG_PARAM))
THREADS = 4
"""As many as a shard fits at a time: `rookery_jobs.train.THREADS`."""
_LAB_WITH_MODELS = POINTS[::8]
_CLUSTER: dict[str, Any] = {
    "spark_version": "19.x-cpu-ml-scala2.13",
    "node_type_id": "Standard_DS3_v2",
    "num_workers": 0,
    "spark_conf": {"spark.databricks.cluster.profile": "singleNode", "spark.master": "local[*]"},
    "custom_tags": {"ResourceClass": "SingleNode"},
}


@dataclass(frozen=True)
class Bench:
    """A cluster of the local workspace, and the penguins prepared on it."""

    sweep: Sweep
    client: Any
    workspace: Workspace
    folder: str
    snapshot: SnapshotSpec
    rows: int

    def uploaded(self, name: str, source: str) -> str:
        """The path of a script in the workspace."""
        from databricks.sdk.service.workspace import ImportFormat

        path = f"{self.folder}/{name}.py"
        content = io.BytesIO(source.encode())
        self.client.workspace.upload(path, content, format=ImportFormat.AUTO, overwrite=True)
        return path

    def printed(self, name: str, source: str, *parameters: str) -> Any:
        """The JSON that a script prints last, run in a process of its own."""
        path = self.uploaded(name, source)
        return json.loads(self.sweep.script(path, *parameters).printed.splitlines()[-1])

    def lab(self, points: Sequence[tuple[int, float]], models: bool) -> Any:
        """The lab's function on these points, after one to warm up: seconds and metrics of each."""
        sides = [side_path(self.snapshot.snapshot_path, side) for side in ("train", "validation")]
        asked = json.dumps([points[0], *points])
        found = self.printed("lab", LAB_POINTS, *sides, asked, "model" if models else "")
        return {name: values[1:] for name, values in found.items()}

    def bare_fits(self, points: Sequence[tuple[int, float]], threads: int, partitions: int) -> float:
        """Seconds of a loop of fits on cached features."""
        train = side_path(self.snapshot.snapshot_path, "train")
        asked = [train, json.dumps(points), str(threads), str(partitions)]
        return float(self.printed("bare_fits", BARE_FITS, *asked)["seconds"])


@contextmanager
def prepared(content: bytes | None = None) -> Iterator[Bench]:
    """A bench on the penguins, or on another CSV file of their columns."""
    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rookery-bench-")))
        starting = stack.enter_context(local_workspace(root / "workspace", root / "workspace.log"))
        workspace = starting.ready()
        client = workspace.client()
        cluster = client.clusters.create_and_wait(cluster_name="bench", **_CLUSTER)
        name = f"bench_{secrets.token_hex(4)}"
        sweep = Sweep(client, str(cluster.cluster_id), name)
        snapshot, manifest = sweep.prepare(content or (PROJECT / "data" / "penguins.csv").read_bytes())
        yield Bench(sweep, client, workspace, f"/Shared/{name}", snapshot, sum(manifest.rows.values()))


def compare(rounds: int) -> Iterator[Comparison | Figure]:
    """The sweep, with the logging of its best model; then what a point costs."""
    with prepared() as bench:
        ours = [_fresh_sweep(bench, number) for number in range(rounds)]
        seconds = [each.seconds for each in ours]
        plain = bench.lab(POINTS, models=False)
        # 20 seconds a point: some of them, scaled.
        with_models = bench.lab(_LAB_WITH_MODELS, models=True)["seconds"]
        name = f"A sweep of {len(POINTS)} points"
        yield Comparison(
            name,
            "s",
            "the lab's function",
            seconds,
            [len(POINTS) * median(with_models)],
            "sweep_speedup_vs_lab",
        )
        yield Comparison(
            name,
            "s",
            "the same without log_model and save_model",
            seconds,
            [sum(plain["seconds"])],
            "sweep_speedup_vs_lab_without_models",
        )
        bare = [bench.bare_fits(POINTS, THREADS, 1) / len(POINTS) for _ in range(rounds)]
        few = [_fresh_sweep(bench, rounds + number, POINTS[:1]).seconds for number in range(rounds)]
        inside = [(each - median(few)) / (len(POINTS) - 1) for each in seconds]
        yield Comparison(
            "A point inside a shard, beyond the first",
            "s",
            "a bare fit",
            inside,
            bare,
            "sweep_cost_vs_bare_fit",
        )
        yield Figure(
            "Largest difference of a metric from the lab's",
            "",
            _largest_difference(bench, ours[0].spec, plain["metrics"]),
            "max_metric_difference",
        )
        large = bench.sweep.plan(bench.snapshot, grid_of(1024))
        many = (bench.sweep.train(large).seconds - median(few)) / 1023
        yield Comparison(
            "A point of a sweep of 1,024", "s", "of 32", [many], inside, "points_1024_seconds_per_point_vs_32"
        )


@dataclass(frozen=True)
class Trained:
    """A sweep that has run, and the seconds that it took."""

    spec: SweepSpec
    seconds: float


def _fresh_sweep(bench: Bench, number: int, points: Sequence[tuple[int, float]] = POINTS) -> Trained:
    """One that finds no point again: its `tol` is another each time, by less than what changes a result."""
    values: dict[str, Sequence[object]] = {
        "maxIter": sorted({each[0] for each in points}),
        "regParam": sorted({each[1] for each in points}),
        "tol": [1e-6 * (1 + 1e-9 * number)],
    }
    spec = bench.sweep.plan(bench.snapshot, values, log_models="best")
    return Trained(spec, bench.sweep.train(spec).seconds)


def grid_of(count: int) -> dict[str, list[object]]:
    """The same mixture of iterations, with more strengths of regularisation."""
    strengths = count // len(MAX_ITER)
    return {"maxIter": list(MAX_ITER), "regParam": [number / strengths for number in range(strengths)]}


def _largest_difference(bench: Bench, spec: SweepSpec, lab: Sequence[dict[str, float]]) -> float:
    expected = dict(zip(POINTS, lab, strict=True))
    found = {
        (int(one.point.params["maxIter"]), float(one.point.params["regParam"])): one.metrics
        for one in bench.sweep.ranked(spec)
    }
    return max(
        abs(found[point][name] - value)
        for point, metrics in expected.items()
        for name, value in metrics.items()
    )
