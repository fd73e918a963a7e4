"""The form has the plan's values; a conf is checked by the same plan, each value converted to its type."""

from typing import Any

import pytest
from airflow.sdk.definitions.param import ParamsDict
from airflow.sdk.exceptions import ParamValidationError

from rookery import PlanError, TrainingPlan
from rookery.params import form, resolve

PLAN = TrainingPlan.model_validate(
    {
        "source": {"url": "data/penguins.csv", "allowed_hosts": ["files.test"]},
        "features": {"categorical": ["Island"], "numeric": ["BodyMass"]},
        "label": "Species",
        "split": {"seed": 42},
        "sweep": [{"algorithm": "LogisticRegression", "grid": {"maxIter": [5, 10], "regParam": [0.1]}}],
        "gates": [{"metric": "accuracy", "threshold": 0.9}],
        "registry": {"registered_model_name": "Penguin Predictor"},
        "endpoint": {"name": "predict-penguin"},
    }
)

TWO_GATES = PLAN.model_copy(update={"gates": PLAN.gates * 2})


def refused(**conf: Any) -> str:
    with pytest.raises(PlanError) as caught:
        resolve(PLAN, conf)
    return str(caught.value)


def test_the_form_shows_the_plans_values() -> None:
    assert ParamsDict(form(PLAN)).validate() == {
        "source_url": "data/penguins.csv",
        "LogisticRegression_maxIter": [5, 10],
        "LogisticRegression_regParam": [0.1],
        "gate_threshold": 0.9,
        "points_per_task": 4,
        "deploy": True,
        "keep_endpoint": True,
    }


def test_every_field_of_the_form_has_title_section_and_help() -> None:
    for name, field in form(PLAN).items():
        assert field.schema["title"], name
        assert field.schema["section"], name
        assert field.description, name


@pytest.mark.parametrize(
    "wrong",
    [
        {"LogisticRegression_maxIter": []},
        {"LogisticRegression_maxIter": 5},
        {"gate_threshold": 1.5},
        {"points_per_task": 0},
        {"deploy": "yes"},
        {"source_url": ""},
    ],
)
def test_the_forms_schema_refuses_what_it_can(wrong: dict[str, Any]) -> None:
    params = ParamsDict(form(PLAN))
    with pytest.raises(ParamValidationError):
        params.update(wrong)


def test_an_empty_conf_leaves_the_plan_as_it_is() -> None:
    resolved = resolve(PLAN, {}, points_per_task=3)
    assert resolved.plan == PLAN
    assert resolved.points_per_task == 3


def test_a_conf_replaces_the_plans_values() -> None:
    resolved = resolve(
        PLAN,
        {
            "source_url": "https://files.test/other.csv",
            "LogisticRegression_maxIter": ["7", 8.0],
            "gate_threshold": 0.5,
            "points_per_task": 1,
            "deploy": False,
            "keep_endpoint": False,
        },
    )
    assert resolved.plan.source.url == "https://files.test/other.csv"
    assert resolved.plan.source.allowed_hosts == ("files.test",)
    assert [point.params for point in resolved.plan.candidates()] == [
        {"maxIter": 7, "regParam": 0.1},
        {"maxIter": 8, "regParam": 0.1},
    ]
    assert resolved.plan.gates[0].threshold == 0.5
    assert (resolved.points_per_task, resolved.plan.deploy, resolved.plan.keep_endpoint) == (1, False, False)


def test_the_form_as_a_browser_sends_it_gives_the_same_points() -> None:
    # A field with one value per line comes back as texts.
    sent = {**ParamsDict(form(PLAN)).dump(), "LogisticRegression_maxIter": ["5", "10"]}
    assert resolve(PLAN, sent).plan.candidates() == PLAN.candidates()


def test_an_unknown_key_is_named_with_the_known_ones() -> None:
    text = refused(LogisticRegression_maxiter=[5], keep_endpoint=False)
    assert "unknown keys: 'LogisticRegression_maxiter'" in text
    assert "known are source_url, LogisticRegression_maxIter" in text


@pytest.mark.parametrize("key", ["label", "seed", "registered_model_name", "databricks_conn_id"])
def test_what_must_not_change_from_run_to_run_is_no_key(key: str) -> None:
    assert f"unknown keys: '{key}'" in refused(**{key: "x"})


@pytest.mark.parametrize(
    ("conf", "message"),
    [
        ({"LogisticRegression_maxIter": ["five"]}, "LogisticRegression.maxIter cannot be 'five'; allowed is"),
        ({"LogisticRegression_maxIter": [2.5]}, "LogisticRegression.maxIter cannot be 2.5"),
        ({"LogisticRegression_maxIter": []}, "LogisticRegression.maxIter has an empty list"),
        ({"LogisticRegression_maxIter": 5}, "LogisticRegression_maxIter = 5; it must be a list of values"),
        ({"LogisticRegression_maxIter": list(range(1001))}, "the grid has 1001 points"),
        ({"LogisticRegression_maxIter": [None]}, "LogisticRegression.maxIter cannot be None"),
        ({"gate_threshold": "high"}, "gate_threshold = 'high'; it must be a number"),
        ({"gate_threshold": True}, "gate_threshold = True; it must be a number"),
        ({"points_per_task": 0}, "points_per_task cannot be 0"),
        ({"points_per_task": "4"}, "points_per_task cannot be '4'"),
        ({"deploy": "no"}, "deploy = 'no'; it must be true or false"),
        ({"source_url": 5}, "source_url = 5; it must be a text"),
        ({"source_url": "file:///etc/passwd"}, "source.url: 'file:///etc/passwd' is neither"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_what_is_allowed(conf: dict[str, Any], message: str) -> None:
    assert message in refused(**conf)


def test_keys_that_the_dag_has_for_other_purposes_are_let_pass() -> None:
    assert resolve(PLAN, {"note": "hello"}, other_keys=("note",)).plan == PLAN


def test_with_several_gates_one_threshold_is_no_key() -> None:
    assert "gate_threshold" not in form(TWO_GATES)
    with pytest.raises(PlanError, match="unknown keys: 'gate_threshold'"):
        resolve(TWO_GATES, {"gate_threshold": 0.5})
