import dataclasses

import pytest

from rookery_jobs.contract import ContractError, FilesSourceSpec, SnapshotSpec, Treatment
from tests.fast.jobs.contract.documents import NUMERIC, snapshot_spec


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"as_of": "2026-01-05T00:00:00+00:00"}, "has no column to compare with: name an as_of_column"),
        ({"as_of_column": "SeenOn", "as_of": "2026-01-05T00:00:00"}, "is no instant in UTC"),
        ({"as_of_column": "SeenOn", "as_of": "2026-01-05T00:00:00+01:00"}, "is no instant in UTC"),
        ({"as_of_column": "SeenOn", "as_of": "last week"}, "is no instant in UTC"),
        ({"as_of_column": "species"}, "'species' is also a feature or the label"),
        ({"as_of_column": "Island"}, "'Island' is also a feature or the label"),
        ({"as_of_column": "__seen"}, "begins with __"),
    ],
)
def test_an_as_of_that_cannot_be_is_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ContractError, match=message):
        snapshot_spec(**changes)


def test_a_spec_that_was_changed_after_its_digest_is_refused() -> None:
    with pytest.raises(ContractError, match="does not fit its spec"):
        dataclasses.replace(snapshot_spec(), label="Sex")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"max_dropped_share": 1.5}, "max_dropped_share 1.5 is no share of the rows"),
        ({"text_rule": 99}, "text rule 99 is unknown; this code has 0 to 1"),
    ],
)
def test_a_limit_and_a_rule_that_cannot_be_are_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ContractError, match=message):
        dataclasses.replace(snapshot_spec(), **changes)  # type: ignore[arg-type]


def test_a_spec_with_a_treatment_is_read_as_it_was_written() -> None:
    spec = snapshot_spec(label_type="string", treatment=Treatment(0.5, "category", "keep"), max_classes=2)
    assert SnapshotSpec.from_json(spec.to_json()) == spec
    assert "treatment" not in snapshot_spec().to_json()


def test_only_what_the_treatment_drops_is_required() -> None:
    assert snapshot_spec().required == ("Island", "CulmenLength", "BodyMass", "Species")
    assert snapshot_spec(treatment=Treatment("mean")).required == ("Island", "Species")
    assert snapshot_spec(treatment=Treatment("drop", "category")).required == (*NUMERIC, "Species")


@pytest.mark.parametrize("changes", [{"label_type": "date"}, {"label_type": ""}])
def test_a_label_type_that_no_objective_has_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ContractError, match="label_type cannot be"):
        snapshot_spec(**changes)


def test_a_treatment_that_cannot_be_is_refused() -> None:
    with pytest.raises(ContractError, match="scaling cannot be 'robust'; it can be minmax, standard, none"):
        Treatment(scaling="robust")


def test_a_source_that_is_read_in_place_has_a_digest_of_its_content_once_that_is_known() -> None:
    asked = snapshot_spec(source=FilesSourceSpec("s3://bucket/penguins", "parquet"))
    assert SnapshotSpec.from_json(asked.to_json()) == asked
    made = [
        asked.pinned(FilesSourceSpec(path, "parquet", (), 2, 9, "1" * 64)) for path in ("s3://a", "s3://b")
    ]
    assert SnapshotSpec.from_json(made[0].to_json()) == made[0]
    assert {each.digest for each in made} == {"30dcc993235577bb"}
    assert {each.snapshot_path for each in made} == {"dbfs:/rookery/snapshots/30dcc993235577bb"}
    other = asked.pinned(FilesSourceSpec("s3://a", "parquet", (), 2, 9, "2" * 64))
    missing = asked.pinned(FilesSourceSpec("s3://a", "parquet", ("NA",), 2, 9, "1" * 64))
    assert len({asked.digest, made[0].digest, other.digest, missing.digest}) == 4
