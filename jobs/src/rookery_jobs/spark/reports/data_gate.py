"""How far the data has drifted from the champion's, and what else was found by the data gate."""

from rookery_jobs.spark.reports.picture import bars
from rookery_jobs.spark.reports.report import Cell, Report
from rookery_jobs.spark.snapshot import Snapshot

NAME = "data_gate"


def gate_report(snapshot: Snapshot) -> list[Report]:
    """A row for each column that was compared, or about which something was found; none if there is none."""
    manifest = snapshot.manifest
    found = {each.column: each.text for each in manifest.findings}
    names = list(dict.fromkeys([*manifest.drift, *found]))
    if not names:
        return []
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (name, manifest.drift.get(name), found.get(name, "")) for name in names
    )
    picture = bars("Population stability index", list(manifest.drift.items())) if manifest.drift else ""
    return [Report(NAME, ("column", "population_stability_index", "found"), rows, picture)]
