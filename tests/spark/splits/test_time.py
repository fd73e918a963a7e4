"""A split by time: which side the rows of a day are on."""

from typing import Any

import pytest

from rookery_jobs.contract import Manifest, TimeSplitSpec, side_path
from rookery_jobs.errors import DataError
from tests.spark.study import Study

HEADER = "Island,BodyMass,Species,SeenOn\n"


def prepared(study: Study, days: list[str], split: TimeSplitSpec, **changes: Any) -> Manifest:
    """A row of each of two classes for each day."""
    rows = [f"Biscoe,{place},{species},{day}" for place, day in enumerate(days) for species in (0, 1)]
    content = HEADER + "\n".join(rows)
    return study.prepare(study.snapshot_spec(content, numeric=("BodyMass",), split=split, **changes))


def masses(study: Study, manifest: Manifest, side: str) -> list[float]:
    rows = study.spark.read.parquet(side_path(manifest.snapshot.snapshot_path, side)).collect()
    return sorted({row["BodyMass"] for row in rows})


def test_the_latest_days_judge_those_before_them_choose_and_earlier_ones_train(fresh_study: Study) -> None:
    days = [f"2026-01-{day:02}" for day in range(1, 31)]
    manifest = prepared(fresh_study, days, TimeSplitSpec("SeenOn", 5, 3, 7))
    assert masses(fresh_study, manifest, "test") == [27.0, 28.0, 29.0]
    assert masses(fresh_study, manifest, "validation") == [22.0, 23.0, 24.0, 25.0, 26.0]
    assert masses(fresh_study, manifest, "train") == [float(place) for place in range(22)]
    assert manifest.rows == {"train": 44, "validation": 10, "test": 6}


def test_days_are_counted_from_the_latest_row_that_is_seen_whatever_the_sessions_zone(
    fresh_study: Study,
) -> None:
    days = ["2026-01-01T23:30:00+02:00", "2026-01-01T23:30:00-02:00", "2026-01-03", "2026-01-09"]
    spark = fresh_study.spark
    zone = spark.conf.get("spark.sql.session.timeZone")
    spark.conf.set("spark.sql.session.timeZone", "Pacific/Auckland")
    try:
        seen = {"as_of_column": "SeenOn", "as_of": "2026-01-05T00:00:00+00:00"}
        manifest = prepared(fresh_study, days, TimeSplitSpec("SeenOn", 0, 1, 7), **seen)
    finally:
        spark.conf.set("spark.sql.session.timeZone", str(zone))
    assert masses(fresh_study, manifest, "test") == [1.0, 2.0]
    assert masses(fresh_study, manifest, "train") == [0.0]


def test_a_time_that_is_none_is_refused(fresh_study: Study) -> None:
    with pytest.raises(DataError, match="column 'SeenOn' has 'soon', which is neither a date"):
        prepared(fresh_study, ["2026-01-01", "soon"], TimeSplitSpec("SeenOn", 0, 1, 7))


def test_days_without_a_row_of_each_class_are_refused(fresh_study: Study) -> None:
    with pytest.raises(DataError, match="leaves no row of class 0, 1 on the validation side"):
        prepared(fresh_study, ["2026-01-01", "2026-01-30"], TimeSplitSpec("SeenOn", 5, 3, 7))
