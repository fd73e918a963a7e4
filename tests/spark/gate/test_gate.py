"""The data gate: what is not as expected is told at once, before anything is trained."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from rookery_jobs.contract import ExpectationsSpec, Manifest, SnapshotSpec, manifest_path, spec_path
from rookery_jobs.errors import DataError
from tests.spark.study import PENGUINS, Study


def expecting(study: Study, csv: str | None = None, **expected: Any) -> SnapshotSpec:
    """A spec of the penguins, or of a CSV, that expects this; it is where `prepare` looks for it."""
    spec = study.snapshot_spec(csv)
    asked = dataclasses.replace(spec, expectations=ExpectationsSpec(**expected))
    Path(spec_path(spec.snapshot_path)).write_text(asked.to_json())
    return asked


def manifest_of(spec: SnapshotSpec) -> Manifest:
    return Manifest.from_json(Path(manifest_path(spec.snapshot_path)).read_text())


def heavier(grams: int) -> str:
    """The penguins, each so much heavier."""
    header, *rows = PENGUINS.read_text().splitlines()
    place = header.split(",").index("BodyMass")
    changed = []
    for row in rows:
        cells = row.split(",")
        cells[place] = str(int(cells[place]) + grams) if cells[place] else ""
        changed.append(",".join(cells))
    return "\n".join([header, *changed]) + "\n"


@pytest.mark.matrix
def test_everything_that_is_not_as_expected_is_in_one_error_and_in_the_manifest(fresh_study: Study) -> None:
    spec = expecting(
        fresh_study,
        min_rows_per_class=100,
        allowed={"Island": ("Biscoe", "Dream")},
        ranges={"BodyMass": (2800.0, 6000.0), "CulmenLength": (None, 60.0)},
    )
    with pytest.raises(DataError) as refusal:
        fresh_study.prepare(spec)
    told = str(refusal.value)
    assert "column 'Species' has fewer than 100 rows of the class 2 (68)" in told
    assert "column 'Island' has 51 values other than Biscoe, Dream, 'Torgersen' for example" in told
    assert "column 'BodyMass' has 3 values below 2800 or above 6000, 2700 for example" in told
    assert "CulmenLength" not in told
    assert [each.is_refused for each in manifest_of(spec).findings] == [True] * 3
    with pytest.raises(DataError, match="the data is not as the plan expects"):
        fresh_study.prepare(spec)


def test_a_snapshot_that_is_there_is_judged_by_what_is_expected_now(fresh_study: Study) -> None:
    spec = expecting(fresh_study)
    assert fresh_study.prepare(spec).findings == ()
    with pytest.raises(DataError, match="Island"):
        fresh_study.prepare(expecting(fresh_study, allowed={"Island": ("Biscoe",)}))
    assert fresh_study.prepare(expecting(fresh_study)).findings == ()


@pytest.mark.matrix
@pytest.mark.parametrize("rule", ["warn", "refuse", "ignore"])
def test_data_that_has_drifted_from_the_champions_is_told_or_refused(fresh_study: Study, rule: str) -> None:
    champion = expecting(fresh_study)
    fresh_study.prepare(champion)
    same = expecting(fresh_study, champion_snapshot=champion.snapshot_path)
    assert set(fresh_study.prepare(same).drift.values()) == {0.0}
    spec = expecting(fresh_study, heavier(1500), champion_snapshot=champion.snapshot_path, on_drift=rule)
    if rule == "refuse":
        with pytest.raises(DataError, match="column 'BodyMass' has drifted from the champion's data"):
            fresh_study.prepare(spec)
    else:
        fresh_study.prepare(spec)
    found = manifest_of(spec)
    assert [each.column for each in found.findings] == ([] if rule == "ignore" else ["BodyMass"])
    assert rule == "ignore" or next(iter(found.drift)) == "BodyMass"


def test_a_champion_whose_snapshot_is_gone_is_told_and_nothing_is_compared(fresh_study: Study) -> None:
    found = fresh_study.prepare(expecting(fresh_study, champion_snapshot="/nowhere", on_drift="refuse"))
    assert [each.is_refused for each in found.findings] == [False]
    assert "its snapshot /nowhere is gone" in found.findings[0].text
