"""Rows that are dropped because a value is missing: how many may be, and what is said of them."""

import dataclasses
from pathlib import Path

import pytest

from rookery_jobs import contract
from rookery_jobs.errors import DataError
from tests.spark.study import PENGUINS, Study

LINES = PENGUINS.read_text().splitlines()


def emptied(share: float, column: int) -> str:
    """The penguins, of which the first share has no value in a column."""
    rows = [line.split(",") for line in LINES[1:]]
    for row in rows[: round(share * len(rows))]:
        row[column] = ""
    return "\n".join([LINES[0], *(",".join(row) for row in rows)])


def test_more_incomplete_rows_than_the_plan_allows_are_refused_with_their_columns(fresh_study: Study) -> None:
    spec = fresh_study.snapshot_spec(emptied(0.5, 2))
    with pytest.raises(DataError) as refusal:
        fresh_study.prepare(spec)
    message = str(refusal.value)
    assert "of 344 rows are incomplete, a share of 0.5" in message
    assert "max_dropped_share is 0.2; empty values are in CulmenDepth (173), CulmenLength (2)" in message
    assert not Path(contract.manifest_path(spec.snapshot_path)).exists()


def test_a_plan_may_allow_them_and_then_the_manifest_names_their_columns(fresh_study: Study) -> None:
    spec = fresh_study.snapshot_spec(emptied(0.5, 2), max_dropped_share=0.6)
    manifest = fresh_study.prepare(spec)
    assert next(iter(manifest.empty.items())) == ("CulmenDepth", 173)
    assert manifest.rows_dropped == manifest.rows_read - manifest.rows_kept == 173


def test_the_limit_holds_for_a_snapshot_that_is_complete_and_does_not_change_it(fresh_study: Study) -> None:
    spec = fresh_study.snapshot_spec(emptied(0.5, 2), max_dropped_share=0.6)
    fresh_study.prepare(spec)
    stricter = fresh_study.snapshot_spec(emptied(0.5, 2))
    assert (stricter.digest, stricter.snapshot_path) == (spec.digest, spec.snapshot_path)
    with pytest.raises(DataError, match="CulmenDepth"):
        fresh_study.prepare(stricter)


def test_a_spec_of_before_has_no_limit(fresh_study: Study) -> None:
    spec = dataclasses.replace(fresh_study.snapshot_spec(), max_dropped_share=1.0)
    assert "max_dropped_share" not in spec.to_json()
    fresh_study.prepare(fresh_study.snapshot_spec(emptied(0.5, 2), max_dropped_share=1.0))


def test_where_no_row_is_complete_the_message_names_the_column_and_not_the_label(fresh_study: Study) -> None:
    spec = fresh_study.snapshot_spec(emptied(1.0, 2), max_dropped_share=1.0)
    with pytest.raises(
        DataError, match=r"none of 344 rows is complete; empty values are in CulmenDepth \(344\)"
    ):
        fresh_study.prepare(spec)


def test_many_columns_with_empty_values_are_ten_and_a_number(fresh_study: Study) -> None:
    names = [f"f{n}" for n in range(14)]
    text = "\n".join([",".join([*names, "Label"]), *("," * 14 + str(n % 2) for n in range(40))])
    spec = fresh_study.snapshot_spec(text, categorical=(), numeric=tuple(names), label="Label")
    with pytest.raises(DataError, match=r"f9 \(40\) and 4 more: fill them"):
        fresh_study.prepare(spec)


@pytest.mark.matrix
def test_three_hundred_numeric_columns_are_no_trouble_for_sparks_stack_up_to_the_version(
    fresh_study: Study,
) -> None:
    names = [f"f{n}" for n in range(300)]
    rows = [
        ",".join([*(f"{n % 2 + (n * 31 + k * 17) % 101 / 50}" for k in range(300)), str(n % 2)])
        for n in range(80)
    ]
    spec = fresh_study.snapshot_spec(
        "\n".join([",".join([*names, "Label"]), *rows]), categorical=(), numeric=tuple(names), label="Label"
    )
    assert fresh_study.prepare(spec).rows_kept == 80
    sweep = fresh_study.sweep_spec(spec, {"maxIter": [5]})
    fresh_study.train(sweep)
    assert fresh_study.register(fresh_study.registration_spec(sweep, fresh_study.best(sweep))) == "1"
