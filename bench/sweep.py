"""32 points by job runs in the local workspace, against the lab's function in one warm session."""

import io
import json
import secrets
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from statistics import mean, median
from typing import Any

from bench.job_scripts import BARE_FITS, LAB_POINTS
from bench.measures import Comparison, Figure, in_turns
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
        return self.printed("lab", LAB_POINTS, *sides, json.dumps(points), "model" if models else "")

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
        ours: list[Trained] = []
        plain: dict[tuple[int, float], dict[str, Any]] = {}
        with_models: list[dict[str, Any]] = []
        for number in range(rounds):
            ours.append(_fresh_sweep(bench, number))
            part = POINTS[number::rounds]
            plain.update(zip(part, _rows(bench.lab(part, models=False)), strict=True))
            # 20 seconds a point: some of them, scaled.
            with_models += _rows(bench.lab(_LAB_WITH_MODELS[number::rounds] or POINTS[:1], models=True))
        seconds = [each.seconds for each in ours]
        name = f"A sweep of {len(POINTS)} points"
        scaled = f"the lab's function, {len(with_models)} points scaled"
        lab = [len(POINTS) * each["seconds"] for each in with_models]
        yield Comparison(name, "s", scaled, seconds, lab, "sweep_speedup_vs_lab")
        without = "the same without log_model and save_model"
        lab = [
            len(POINTS) * mean(plain[point]["seconds"] for point in POINTS[number::rounds])
            for number in range(rounds)
        ]
        yield Comparison(name, "s", without, seconds, lab, "sweep_speedup_vs_lab_without_models")
        yield from _costs(bench, seconds)
        largest = _largest_difference(
            bench, ours[0].spec, {point: each["metrics"] for point, each in plain.items()}
        )
        yield Figure("Largest difference of a metric from the lab's", "", largest, "max_metric_difference")


def _rows(found: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """Of columns, the rows."""
    return [dict(zip(found, row, strict=True)) for row in zip(*found.values(), strict=True)]


def _costs(bench: Bench, seconds: Sequence[float]) -> Iterator[Comparison]:
    """What a point costs beyond the first one of a sweep that took these seconds, and of one of 1,024."""
    rounds = len(seconds)
    numbers = iter(range(rounds, 2 * rounds))
    few, bare = in_turns(
        rounds,
        lambda: _fresh_sweep(bench, next(numbers), POINTS[:1]).seconds,
        lambda: bench.bare_fits(POINTS, THREADS, 1) / len(POINTS),
    )
    inside = [(each - median(few)) / (len(POINTS) - 1) for each in seconds]
    name = "A point inside a shard, beyond the first"
    yield Comparison(name, "s", "a bare fit", inside, bare, "sweep_cost_vs_bare_fit")
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


def _largest_difference(
    bench: Bench, spec: SweepSpec, lab: Mapping[tuple[int, float], Mapping[str, float]]
) -> float:
    found = {
        (int(one.point.params["maxIter"]), float(one.point.params["regParam"])): one.metrics
        for one in bench.sweep.ranked(spec)
    }
    return max(
        abs(found[point][name] - value) for point, metrics in lab.items() for name, value in metrics.items()
    )
