"""A file without the plan's columns is refused before anything costs money."""

import io
from typing import Any

import pytest

from rookery import TrainingPlan
from rookery.exceptions import DownloadError
from rookery.sources.csv_file import check_header
from tests.fast.airflow.conftest import PROJECT
from tests.plans import PLAN


def plan(**changes: Any) -> TrainingPlan:
    return TrainingPlan.model_validate({**PLAN.model_dump(), **changes})


def check(content: bytes, plan: TrainingPlan) -> None:
    check_header(io.BytesIO(content), "data/p.csv", plan.columns)


@pytest.mark.parametrize(
    "header",
    [
        b"Island,BodyMass,Species\n",
        b'\xef\xbb\xbfIsland,"BodyMass",Species\r\n',
        b"x,Species,BodyMass,Island",
    ],
)
def test_a_header_with_the_plans_columns_passes(header: bytes) -> None:
    check(header, plan())


def test_missing_columns_are_named_with_those_that_are_there() -> None:
    with pytest.raises(DownloadError) as caught:
        check(b"Island,Mass\n", plan(split={"seed": 1, "split_key": "Colony"}))
    text = str(caught.value)
    assert "must have the columns BodyMass, Species, Colony once each" in text
    assert "found there: Island, Mass" in text


def test_the_header_must_have_the_time_of_the_rows_too() -> None:
    dated = plan(as_of_column="SeenOn")
    check(b"Island,BodyMass,Species,SeenOn\n", dated)
    with pytest.raises(DownloadError, match="must have the columns SeenOn once each"):
        check(b"Island,BodyMass,Species\n", dated)


def test_a_column_that_occurs_twice_is_refused() -> None:
    with pytest.raises(DownloadError, match="must have the columns Species once each"):
        check(b"Island,BodyMass,Species,Species\n", plan())


@pytest.mark.parametrize(
    "content", [b"", b"<html>\n", bytes(range(128, 192)) + b"\xff\n"], ids=["empty", "a page", "binary"]
)
def test_what_is_no_csv_is_refused(content: bytes) -> None:
    with pytest.raises(DownloadError):
        check(content, plan())


def test_the_sample_data_is_what_the_dag_reads() -> None:
    content = (PROJECT / "data" / "penguins.csv").read_bytes()
    check(content, plan(features={"categorical": ["Island"], "numeric": ["BodyMass"]}))
