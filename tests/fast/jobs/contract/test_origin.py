import pytest

from rookery_jobs.contract import (
    ContractError,
    Origin,
)


def test_the_tags_of_an_origin_say_run_generation_and_as_of_if_there_is_one() -> None:
    undated = {"rookery_dag_id": "d", "rookery_dag_run_id": "r", "rookery_generation": "2"}
    assert Origin("d", "r", None, 2).tags == undated
    dated = Origin("d", "r", "2026-01-05T00:00:00+00:00", 2).tags
    assert dated == {**undated, "rookery_as_of": "2026-01-05T00:00:00+00:00"}


def test_a_generation_counts_from_one() -> None:
    with pytest.raises(ContractError, match="the first processing is 1"):
        Origin("d", "r", None, 0)


def test_the_tags_of_an_origin_say_its_data_interval_if_it_has_one() -> None:
    start, end = "2026-01-05T00:00:00+00:00", "2026-01-12T00:00:00+00:00"
    tags = Origin("d", "r", None, 1, start, end).tags
    assert (tags["rookery_data_interval_start"], tags["rookery_data_interval_end"]) == (start, end)
    with pytest.raises(ContractError, match="is no instant in UTC"):
        Origin("d", "r", None, 1, "yesterday", end)
