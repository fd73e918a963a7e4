"""A snapshot of the plan's source, and a workspace that holds its manifest."""

import base64

from rookery.operators.snapshot import snapshot_spec
from rookery.sources.csv import LandedCsv
from rookery_jobs.contract import Manifest, Origin
from tests.plans import PLAN
from tests.recorder import Recorder

SOURCE = LandedCsv("dbfs:/rookery/source.csv", "0" * 64, 7, "data/penguins.csv").to_xcom()


def holds_manifest(workspace: Recorder, example: dict[str, float | str]) -> None:
    """A workspace whose only file on DBFS is the manifest of a snapshot with this example."""
    snapshot = snapshot_spec(PLAN, SOURCE, Origin("penguins", "manual__1", None, 1))
    manifest = Manifest(snapshot, {}, 3, 0, 1, 2, {"train": 1, "test": 1}, {}, example)
    content = manifest.to_json().encode()
    workspace.answers("GET /api/2.0/dbfs/get-status", {"path": "/s/manifest.json", "file_size": len(content)})
    data = base64.b64encode(content).decode()
    workspace.answers(
        "GET /api/2.0/dbfs/read", {"bytes_read": len(content), "data": data}, {"bytes_read": 0, "data": ""}
    )
