"""Documents of the contract, for tests."""

from typing import Any

from rookery_jobs.contract import (
    CsvSourceSpec,
    Origin,
    Point,
    RandomSplitSpec,
    SnapshotSpec,
    SweepSpec,
    snapshot_digest,
    sweep_id,
)

NUMERIC = ("CulmenLength", "BodyMass")
SOURCE = CsvSourceSpec("dbfs:/rookery/penguins.csv", "0" * 64)


def snapshot_spec(**changes: Any) -> SnapshotSpec:
    """A spec whose digest fits, with some fields of its own or of its split changed."""
    split: dict[str, Any] = {"validation_size": 0.15, "test_size": 0.15, "seed": 42, "split_key": None}
    split |= {name: changes.pop(name) for name in set(split) & set(changes)}
    limits = ("max_classes", "max_categories", "measured_labels")
    others = {name: changes.pop(name) for name in limits if name in changes}
    determining: dict[str, Any] = {
        "source": SOURCE,
        "split": RandomSplitSpec(**split),
        "categorical": ("Island",),
        "numeric": NUMERIC,
        "label": "Species",
        "as_of_column": None,
        "as_of": None,
        **changes,
    }
    return SnapshotSpec(
        snapshot_path="dbfs:/rookery/snapshots/1",
        digest=snapshot_digest(**determining),
        **determining,
        **others,
    )


def sweep_spec() -> SweepSpec:
    points = (Point("a1", "LogisticRegression", {"maxIter": 5, "regParam": 1.0, "fitIntercept": True}),)
    return SweepSpec(
        sweep_id=sweep_id(["a1"], "accuracy"),
        snapshot_path="dbfs:/s",
        snapshot_digest="d",
        code_digest="c",
        experiment_id="1",
        metric="accuracy",
        points=points,
        tmp_path="dbfs:/t",
        origin=Origin("penguins", "manual__1", None, 1),
    )
