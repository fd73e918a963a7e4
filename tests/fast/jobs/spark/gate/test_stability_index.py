"""The population stability index, by numbers that can be worked out by hand."""

import math

import pytest

from rookery_jobs.spark.gate.drift import stability_index


def test_the_same_shares_have_not_drifted_however_many_rows_there_are() -> None:
    assert stability_index({"a": 10, "b": 30}, {"a": 100, "b": 300}) == pytest.approx(0.0)


def test_it_is_the_sum_over_the_buckets() -> None:
    found = stability_index({"a": 75, "b": 25}, {"a": 50, "b": 50})
    assert found == pytest.approx(0.25 * math.log(1.5) - 0.25 * math.log(0.5))


def test_it_is_the_same_both_ways() -> None:
    one, other = {"a": 75, "b": 25}, {"a": 40, "b": 50, "c": 10}
    assert stability_index(one, other) == pytest.approx(stability_index(other, one))


def test_a_bucket_that_is_empty_on_one_side_counts_half_a_row_there() -> None:
    assert stability_index({"a": 100}, {"a": 50, "b": 50}) == pytest.approx(
        0.5 * math.log(2) + (0.005 - 0.5) * math.log(0.005 / 0.5)
    )


def test_nothing_to_compare_with_is_no_drift() -> None:
    assert stability_index({}, {"a": 1}) == stability_index({"a": 1}, {}) == 0.0
