from typing import Any

import pytest

from rookery_jobs.contract import (
    CsvSourceSpec,
    RandomSplitSpec,
    Treatment,
    point_id,
    registration_key,
    snapshot_digest,
    sweep_id,
)
from tests.fast.jobs.contract.documents import NUMERIC, snapshot_spec


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("source", CsvSourceSpec("dbfs:/rookery/penguins.csv", "1" * 64)),
        ("categorical", ()),
        ("numeric", ("BodyMass", "CulmenLength")),
        ("label", "Sex"),
        ("validation_size", 0.0),
        ("test_size", 0.2),
        ("seed", 43),
        ("split_key", "Id"),
        ("as_of_column", "SeenOn"),
        ("class_weights", "balanced"),
        ("label_weights", {"1": 2.0}),
        ("boolean", ("Smoker",)),
        ("probabilities", True),
        ("label_type", "string"),
        ("label_type", "double"),
        ("treatment", Treatment("mean")),
        ("treatment", Treatment(0.0)),
        ("treatment", Treatment(missing_categorical="category")),
        ("treatment", Treatment(handle_invalid="keep")),
        ("treatment", Treatment(encoding="one-hot")),
        ("treatment", Treatment(scaling="none")),
    ],
)
def test_whatever_changes_the_rows_changes_the_snapshot_digest(field: str, value: object) -> None:
    assert snapshot_spec(**{field: value}).digest != snapshot_spec().digest


def test_an_option_that_is_as_usual_is_no_part_of_the_digest() -> None:
    usual = {
        "label_type": "int",
        "treatment": Treatment(),
        "max_classes": 2,
        "max_categories": 32,
        "label_weights": {},
        "boolean": (),
        "probabilities": False,
    }
    assert snapshot_spec(**usual).digest == snapshot_spec().digest


def test_another_as_of_is_another_snapshot() -> None:
    dates = (None, "2026-01-05T00:00:00+00:00", "2026-01-12T00:00:00+00:00")
    digests = {snapshot_spec(as_of_column="SeenOn", as_of=date).digest for date in dates}
    assert len(digests) == len(dates)


def test_the_digest_of_a_plan_without_as_of_column_is_what_it_was_before_there_was_one() -> None:
    assert snapshot_spec().digest == "37c33894108ce595"


def test_a_point_id_follows_from_parameters_features_snapshot_and_code() -> None:
    known = {
        "categorical": ["Island"],
        "numeric": NUMERIC,
        "label": "Species",
        "snapshot_digest": "s",
        "code_digest": "c",
    }

    def identify(params: dict[str, bool | int | float | str], **changes: object) -> str:
        return point_id("LogisticRegression", params, **{**known, **changes})  # type: ignore[arg-type]

    first = identify({"maxIter": 5, "regParam": 0.5})
    assert first == identify({"regParam": 0.5, "maxIter": 5})
    others = {
        identify({"maxIter": 6, "regParam": 0.5}),
        identify({"maxIter": 5, "regParam": 0.5}, label="Sex"),
        identify({"maxIter": 5, "regParam": 0.5}, snapshot_digest="other"),
        identify({"maxIter": 5, "regParam": 0.5}, code_digest="other"),
    }
    assert len(others | {first}) == 5


def test_a_sweep_id_does_not_depend_on_the_order_of_its_points() -> None:
    assert sweep_id(["b", "a"], "accuracy") == sweep_id(["a", "b"], "accuracy")
    assert sweep_id(["a", "b"], "accuracy") != sweep_id(["a", "b"], "f1")


def test_another_dag_run_registers_again() -> None:
    keys = {
        registration_key(dag_id="d", dag_run_id=run, sweep_id=sweep, mlflow_run_id=winner)
        for run, sweep, winner in [("1", "s", "w"), ("2", "s", "w"), ("1", "t", "w"), ("1", "s", "v")]
    }
    assert len(keys) == 4


BEFORE = {
    "source": CsvSourceSpec("dbfs:/anywhere.csv", "7d1c" + "0" * 60),
    "categorical": ("Island", "Sex"),
    "numeric": NUMERIC,
    "label": "Species",
    "as_of_column": None,
    "as_of": None,
}
AS_OF = "2026-01-05T00:00:00+00:00"


@pytest.mark.parametrize(
    ("split", "changes", "digest"),
    [
        (RandomSplitSpec(0.15, 0.2, 42, None), {}, "215b8f65e6342e06"),
        (RandomSplitSpec(0.15, 0.2, 42, "Customer"), {}, "2e6b302f14ce8ae6"),
        (RandomSplitSpec(0.0, 0.2, 42, None), {}, "f6dc79bdce46dfdb"),
        (
            RandomSplitSpec(0.15, 0.2, -7, None),
            {"as_of_column": "SeenOn", "as_of": AS_OF},
            "f1659034abe4d17d",
        ),
        (RandomSplitSpec(0.15, 0.2, 42, None), {"as_of_column": "SeenOn"}, "39dda93ce0ebc114"),
        (RandomSplitSpec(0.15, 0.2, 42, None), {"categorical": (), "label": "L"}, "7064f4a96b4c92fd"),
    ],
)
def test_a_snapshot_has_the_digest_that_version_0_1_0_gave_it(
    split: RandomSplitSpec, changes: dict[str, Any], digest: str
) -> None:
    assert snapshot_digest(**{**BEFORE, "split": split, **changes}) == digest


@pytest.mark.parametrize(
    ("params", "identifier"),
    [
        ({"maxIter": 5, "regParam": 0.5}, "fb4eada29b5f5401"),
        ({"fitIntercept": False, "family": "auto"}, "391ffe030937c4ba"),
        ({}, "7f4aa3e7ffc4f596"),
    ],
)
def test_a_point_has_the_id_that_version_0_1_0_gave_it(
    params: dict[str, bool | int | float | str], identifier: str
) -> None:
    known = {"categorical": ["Island"], "numeric": ["BodyMass"], "label": "Species"}
    digests = {"snapshot_digest": "a" * 16, "code_digest": "b" * 16}
    assert point_id("LogisticRegression", params, **known, **digests) == identifier  # type: ignore[arg-type]


def test_another_text_rule_is_another_snapshot() -> None:
    known = {**BEFORE, "split": RandomSplitSpec(0.15, 0.2, 42, None)}
    assert snapshot_digest(**known, text_rule=0) == "215b8f65e6342e06"  # type: ignore[arg-type]
    assert snapshot_digest(**known, text_rule=1) != "215b8f65e6342e06"  # type: ignore[arg-type]
