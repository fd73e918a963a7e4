"""What a run creates has names that are readable, the same for every try, and within Databricks' limits."""

import pytest

from rookery.workspace.run_names import RunNames


def test_names_say_whose_they_are() -> None:
    names = RunNames("c0ffee12", "penguin_predictor", "manual__2026-01-01T00:00:00+00:00", "me@example.com")
    assert names.owner == "c0ffee12/penguin_predictor/manual__2026-01-01T00:00:00+00:00"
    assert names.cluster_name == "rookery c0ffee12 penguin_predictor manual__2026-01-01T00:00:00+00:00"
    assert names.experiment_path == "/Users/me@example.com/rookery/penguin_predictor"
    assert names.code_root == "/Users/me@example.com/rookery_code"


def test_two_airflows_on_one_workspace_share_only_code_and_experiments() -> None:
    one, other = (RunNames(airflow, "d", "scheduled__1", "me") for airflow in ("staging", "production"))
    assert one.owner != other.owner
    assert one.cluster_name != other.cluster_name
    assert one.data_root("dbfs:/rookery/") == "dbfs:/rookery/staging"
    assert other.data_root("dbfs:/rookery") == "dbfs:/rookery/production"
    assert (one.code_root, one.experiment_path) == (other.code_root, other.experiment_path)


@pytest.mark.parametrize("length", [90, 250])
def test_long_names_are_shortened_and_still_differ(length: int) -> None:
    one, other = (RunNames("i", "d" * length, "r" * (length - 1) + end, "me") for end in "ab")
    assert len(one.cluster_name) <= 100
    assert len(one.owner) <= 255
    assert one.cluster_name != other.cluster_name
    assert one.owner != other.owner
