"""What a run creates has names that are readable, the same for every try, and within Databricks' limits."""

import pytest

from rookery.run_names import RunNames


def test_names_say_whose_they_are() -> None:
    names = RunNames("penguin_predictor", "manual__2026-01-01T00:00:00+00:00", "me@example.com")
    assert names.owner == "penguin_predictor/manual__2026-01-01T00:00:00+00:00"
    assert names.cluster_name == "rookery penguin_predictor manual__2026-01-01T00:00:00+00:00"
    assert names.experiment_path == "/Users/me@example.com/rookery/penguin_predictor"
    assert names.code_root == "/Users/me@example.com/rookery_code"


@pytest.mark.parametrize("length", [90, 250])
def test_long_names_are_shortened_and_still_differ(length: int) -> None:
    one, other = (RunNames("d" * length, "r" * (length - 1) + end, "me") for end in "ab")
    assert len(one.cluster_name) <= 100
    assert len(one.owner) <= 255
    assert one.cluster_name != other.cluster_name
    assert one.owner != other.owner
