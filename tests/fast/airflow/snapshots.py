"""A snapshot of the plan's source, and a workspace that holds its manifest."""

from collections.abc import Mapping

from rookery.operators.snapshot import snapshot_spec
from rookery.sources.csv import LandedCsv
from rookery_jobs.contract import Manifest, Origin
from tests.plans import PLAN
from tests.recorder import Recorder

SOURCE = LandedCsv("dbfs:/rookery/source.csv", "0" * 64, 7, "data/penguins.csv").to_xcom()


def holds_manifest(workspace: Recorder, example: Mapping[str, float | str | None]) -> None:
    """A workspace that holds the manifest of a snapshot with this example, where it belongs and in `/s`."""
    snapshot = snapshot_spec(PLAN, SOURCE, Origin("penguins", "manual__1", None, 1))
    manifest = Manifest(snapshot, {}, 3, 0, 1, 2, {"train": 1, "test": 1}, {}, dict(example))
    for folder in ("/s", snapshot.snapshot_path.removeprefix("dbfs:")):
        workspace.files[f"{folder}/manifest.json"] = manifest.to_json().encode()
