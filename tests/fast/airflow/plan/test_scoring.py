"""A BatchScoring says every mistake at once, and two scorings are the same for the same version and files."""

import dataclasses
from typing import Any

import pytest

from rookery import BatchScoring, Compute, PlanError
from rookery_jobs.contract import (
    ContractError,
    InputFile,
    Origin,
    ScoringReport,
    ScoringSpec,
    scoring_digest,
    scoring_path,
)

PENGUINS: dict[str, Any] = {
    "registered_model_name": "Penguin Predictor",
    "input_path": "dbfs:/rookery/incoming/penguins",
    "output_path": "/Volumes/main/default/predictions",
}
FILES = (InputFile("dbfs:/in/a.csv", 10, 1), InputFile("dbfs:/in/b.csv", 20, 2))


def spec(**changes: Any) -> ScoringSpec:
    fields: dict[str, Any] = {"registered_model_name": "M", "model_version": "3", "files": FILES, **changes}
    digest = scoring_digest(fields["registered_model_name"], fields["model_version"], fields["files"])
    output = scoring_path("dbfs:/out/", fields["model_version"], digest)
    origin = Origin("d", "r", None, 1)
    return ScoringSpec(output_path=output, digest=digest, tmp_path="dbfs:/tmp", origin=origin, **fields)


def test_all_mistakes_are_reported_at_once_with_their_places() -> None:
    with pytest.raises(PlanError) as caught:
        BatchScoring(
            registered_model_name="two.parts",
            input_path="s3://bucket/in",
            output_path="dbfs:/../out",
            compute=Compute(autotermination_minutes=0),
            schedule="@daily",  # type: ignore[call-arg]
        )
    text = str(caught.value)
    assert text.startswith("BatchScoring has 5 mistakes:")
    for place in (
        "registered_model_name: 'two.parts' has two parts",
        "input_path: 's3://bucket/in' is neither dbfs:/<folder> nor /Volumes/",
        "output_path: 'dbfs:/../out' is neither dbfs:/<folder> nor /Volumes/",
        "compute.autotermination_minutes: 0 is not in 10 to 10000",
        "schedule: BatchScoring has no field 'schedule'",
    ):
        assert place in text


@pytest.mark.parametrize("output", ["dbfs:/rookery/incoming/penguins", "dbfs:/rookery/incoming/penguins/"])
def test_predictions_go_to_another_folder_than_the_files(output: str) -> None:
    with pytest.raises(PlanError, match="output_path: it is the input_path; name another folder"):
        BatchScoring(**{**PENGUINS, "output_path": output})


def test_a_plan_survives_its_way_through_json() -> None:
    plan = BatchScoring(**PENGUINS)
    assert BatchScoring.model_validate(plan.model_dump(mode="json")) == plan


def test_a_spec_and_a_report_survive_the_journey_as_json() -> None:
    assert ScoringSpec.from_json(spec().to_json()) == spec()
    report = ScoringReport("M", "3", "dbfs:/out", ("a.csv",), 3, 2, 1, Origin("d", "r", None, 1))
    assert ScoringReport.from_json(report.to_json()) == report


@pytest.mark.parametrize(
    "changes",
    [
        {"model_version": "4"},
        {"registered_model_name": "N"},
        {"files": FILES[:1]},
        {"files": (FILES[0], dataclasses.replace(FILES[1], size=21))},
        {"files": (FILES[0], dataclasses.replace(FILES[1], modified=3))},
        {"files": (FILES[0], dataclasses.replace(FILES[1], path="dbfs:/in/c.csv"))},
    ],
)
def test_another_version_or_content_is_another_scoring(changes: dict[str, Any]) -> None:
    assert spec(**changes).digest != spec().digest


def test_the_order_of_a_listing_makes_no_other_scoring() -> None:
    assert spec(files=FILES[::-1]).digest == spec().digest


def test_every_scoring_has_a_folder_of_its_own_below_that_of_its_version() -> None:
    assert spec().output_path == f"dbfs:/out/version-3/{spec().digest}"
    assert spec().report_path == f"dbfs:/out/version-3/{spec().digest}/scoring.json"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"files": ()}, "no file to score"),
        ({"files": (FILES[0], InputFile("dbfs:/other/a.csv", 1, 1))}, "must have different names"),
        ({"model_version": "4"}, "does not fit its spec"),
        ({"files": (FILES[0], InputFile("dbfs:/in/export[1].csv", 1, 1))}, r"rename .*/in/export\[1\]\.csv"),
        ({"files": (InputFile("dbfs:/in/2026-*/a.csv", 1, 1),)}, "for a pattern"),
    ],
)
def test_a_spec_that_cannot_be_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ContractError, match=message):
        dataclasses.replace(spec(), **change)
