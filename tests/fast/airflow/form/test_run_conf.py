"""The form has the plan's values; a conf is checked by the same plan, each value converted to its type."""

from typing import Any

import pytest
from airflow.sdk import Param
from airflow.sdk.definitions.param import ParamsDict
from airflow.sdk.exceptions import ParamValidationError

from rookery import CsvSource, PlanError, TrainingPlan
from rookery.form.run_conf import form, resolve
from tests.plans import PLAN

TWO_GATES = PLAN.model_copy(update={"gates": PLAN.gates * 2})

CHOICES = TrainingPlan.model_validate(
    {
        **PLAN.model_dump(),
        "sweep": [
            {
                "algorithm": "LogisticRegression",
                "grid": {"family": ["auto"], "fitIntercept": [True, False], "elasticNetParam": [0, "0.5"]},
            }
        ],
    }
)


def refused(**conf: Any) -> str:
    with pytest.raises(PlanError) as caught:
        resolve(PLAN, conf)
    return str(caught.value)


def widget(param: Param) -> str:
    """What Airflow 3.3.2's form shows for a Param, by the rules in the bundle of its UI."""
    kind, schema = param.schema["type"], param.schema
    first = next(each for each in kind if each != "null") if isinstance(kind, list) else kind
    if first == "boolean":
        return "switch"
    if first in ("string", "integer", "number") and "enum" in schema:
        return "selection of one"
    if first == "array" and ("examples" in schema or "enum" in schema):
        return "selection of several"
    if first == "array":
        return "value per line" if schema.get("items", {}).get("type", "string") == "string" else "JSON"
    return "number" if first in ("integer", "number") else "text"


def test_the_form_shows_the_plans_values() -> None:
    assert ParamsDict(form(PLAN)).validate() == {
        "source_url": "data/penguins.csv",
        "LogisticRegression_maxIter": [5, 10],
        "LogisticRegression_regParam": [0.1],
        "max_dropped_share": 0.2,
        "gate_threshold": 0.9,
        "points_per_task": None,
        "num_workers": 0,
        "deploy": None,
        "approval": "none",
        "keep_endpoint": True,
        "serve_version": None,
    }


@pytest.mark.parametrize("plan", [PLAN, CHOICES])
def test_every_field_of_the_form_has_title_section_and_help(plan: TrainingPlan) -> None:
    for name, field in form(plan).items():
        assert field.schema["title"], name
        assert field.schema["section"], name
        assert field.schema["description_md"], name
        # The UI shows a description instead of description_md, not beside it.
        assert field.description is None, name


def test_each_value_has_a_widget_that_fits_it() -> None:
    shown = {key: widget(param) for key, param in {**form(PLAN), **form(CHOICES)}.items()}
    assert shown == {
        "source_url": "text",
        "LogisticRegression_maxIter": "value per line",
        "LogisticRegression_regParam": "value per line",
        "LogisticRegression_elasticNetParam": "value per line",
        "LogisticRegression_family": "selection of several",
        "LogisticRegression_fitIntercept": "selection of several",
        "max_dropped_share": "number",
        "gate_threshold": "number",
        "points_per_task": "number",
        "num_workers": "number",
        "deploy": "selection of one",
        "approval": "selection of one",
        "keep_endpoint": "switch",
        "serve_version": "number",
    }


def test_an_earlier_version_is_served_whatever_the_kind_of_the_run() -> None:
    resolved = resolve(PLAN, {"serve_version": 3}, run_type="backfill")
    assert (resolved.serve_version, resolved.plan.deploy) == ("3", True)
    assert resolve(PLAN, {"serve_version": None}).serve_version is None


@pytest.mark.parametrize("conf", [{"serve_version": 0}, {"serve_version": "3"}, {"approval": "perhaps"}])
def test_what_is_no_version_and_no_approval_is_refused_with_its_key(conf: dict[str, Any]) -> None:
    with pytest.raises(PlanError, match=f"{next(iter(conf))}: .* cannot be; it must be"):
        resolve(PLAN, conf)


def test_a_plan_that_scales_has_no_field_for_a_fixed_number_of_workers() -> None:
    compute = {"autoscale": {"min_workers": 1, "max_workers": 4}}
    scaling = TrainingPlan.model_validate({**PLAN.model_dump(), "compute": compute})
    assert "num_workers" not in form(scaling)
    assert resolve(PLAN, {"num_workers": 2}).plan.compute.num_workers == 2


def test_a_selection_of_several_begins_with_the_plans_values_among_its_options() -> None:
    for key, chosen in (("family", ["auto"]), ("fitIntercept", ["true", "false"])):
        param = form(CHOICES)[f"LogisticRegression_{key}"]
        assert param.value == chosen
        assert set(chosen) <= set(param.schema["examples"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"LogisticRegression_maxIter": []},
        {"LogisticRegression_maxIter": 5},
        {"LogisticRegression_maxIter": ["five"]},
        {"LogisticRegression_maxIter": ["2.5"]},
        {"LogisticRegression_maxIter": ["-1"]},
        {"LogisticRegression_maxIter": [-1]},
        {"LogisticRegression_maxIter": [2**31]},
        {"LogisticRegression_maxIter": list(range(100_001))},
        {"LogisticRegression_regParam": ["0,1"]},
        {"LogisticRegression_regParam": [-0.1]},
        {"gate_threshold": 1.5},
        {"gate_threshold": "high"},
        {"points_per_task": 0},
        {"points_per_task": 2.5},
        {"deploy": "yes"},
        {"deploy": 1},
        {"keep_endpoint": None},
        {"source_url": ""},
        {"source_url": "file:///etc/passwd"},
        {"source_url": "https://user:secret@files.test/penguins.csv"},
        {"source_url": "/etc/passwd"},
    ],
)
def test_the_forms_schema_refuses_what_it_can(wrong: dict[str, Any]) -> None:
    params = ParamsDict(form(PLAN))
    with pytest.raises(ParamValidationError):
        params.update(wrong)


@pytest.mark.parametrize(
    "right",
    [
        {"LogisticRegression_maxIter": ["5", " 10 ", "20.0", ""]},
        {"LogisticRegression_maxIter": [5, 10.0, "+7"]},
        {"LogisticRegression_regParam": ["0", ".5", "1e-3", "2.", 0.1, ""]},
        {"source_url": "HTTPS://files.test:8443/a?b=c@d"},
        {"source_url": "http://[2001:db8::1]/penguins.csv"},
        {"source_url": "data/more/penguins 2.csv"},
        {"deploy": "true"},
        {"deploy": True},
        {"deploy": False},
        {"deploy": None},
    ],
)
def test_the_forms_schema_takes_what_a_conf_may_have(right: dict[str, Any]) -> None:
    params = ParamsDict(form(PLAN))
    params.update(right)
    assert resolve(PLAN, params.validate())


def test_a_refused_value_is_told_by_airflow_with_its_key_and_what_is_allowed() -> None:
    params = ParamsDict(form(PLAN))
    with pytest.raises(ParamValidationError) as caught:
        params["LogisticRegression_maxIter"] = ["five"]
    text = str(caught.value)
    assert all(
        part in text for part in ("LogisticRegression_maxIter", "'five'", "a whole number, at least 0")
    )


def test_a_task_carries_as_many_points_as_the_run_asks_for_or_the_grid_needs() -> None:
    assert resolve(PLAN, {}).points_per_task == 8
    assert resolve(PLAN, {"points_per_task": None}, points_per_task=9).points_per_task == 8
    assert resolve(PLAN, {"LogisticRegression_maxIter": list(range(10_000))}).points_per_task == 157


def test_an_empty_conf_leaves_the_plan_as_it_is() -> None:
    resolved = resolve(PLAN, {}, points_per_task=3)
    assert resolved.plan == PLAN
    assert resolved.points_per_task == 3


@pytest.mark.parametrize(
    ("wrong", "allowed"),
    [
        ({"LogisticRegression_maxIter": ["five"]}, "a list, each a whole number, at least 0"),
        ({"LogisticRegression_maxIter": []}, "a list, each a whole number, at least 0"),
        ({"LogisticRegression_regParam": ["0,1"]}, "a list, each a number, at least 0"),
        ({"gate_threshold": "high"}, "a number from 0 to 1"),
        ({"gate_threshold": 1.5}, "a number from 0 to 1"),
        ({"points_per_task": 0}, "a whole number from 1 to 100000, or null"),
        ({"source_url": "penguins.csv"}, "an http or https address, or data/<name>.csv"),
        ({"keep_endpoint": "no"}, "true or false"),
    ],
)
def test_who_mistypes_a_value_is_told_what_is_allowed(wrong: dict[str, Any], allowed: str) -> None:
    params = ParamsDict(form(PLAN))
    with pytest.raises(ParamValidationError) as caught:
        params.update(wrong)
    text = str(caught.value)
    assert f"{allowed!r} was expected" in text
    assert f"{{'const': {allowed!r}}}" in text
    assert "pattern" not in text
    assert "^" not in text


def test_a_conf_replaces_the_plans_values() -> None:
    resolved = resolve(
        PLAN,
        {
            "source_url": "https://files.test/other.csv",
            "LogisticRegression_maxIter": ["7", 8.0],
            "max_dropped_share": 0.5,
            "gate_threshold": 0.5,
            "points_per_task": 1,
            "deploy": False,
            "keep_endpoint": False,
        },
    )
    source = CsvSource(url="https://files.test/other.csv", allowed_hosts=("files.test",))
    assert resolved.plan.source == source
    assert [point.params for point in resolved.plan.candidates()] == [
        {"maxIter": 7, "regParam": 0.1},
        {"maxIter": 8, "regParam": 0.1},
    ]
    assert resolved.plan.gates[0].threshold == 0.5
    assert resolved.plan.max_dropped_share == 0.5
    assert (resolved.points_per_task, resolved.plan.deploy, resolved.plan.keep_endpoint) == (1, False, False)


@pytest.mark.parametrize("plan", [PLAN, CHOICES])
def test_the_form_as_a_browser_sends_it_gives_the_same_plan(plan: TrainingPlan) -> None:
    # It sends all fields, and those with one value per line as texts, often with an empty last line.
    sent: dict[str, Any] = ParamsDict(form(plan)).dump()
    for key, value in sent.items():
        if widget(form(plan)[key]) == "value per line":
            sent[key] = [*map(str, value), ""]
    resolved = resolve(plan, sent).plan
    assert resolved.candidates() == plan.candidates()
    assert resolved.deploy is plan.deploy


@pytest.mark.parametrize(
    ("conf", "run_type", "deploys"),
    [
        ({}, "manual", True),
        ({}, "scheduled", True),
        ({}, "asset_triggered", True),
        ({}, "backfill", False),
        ({"deploy": None}, "backfill", False),
        ({"deploy": "false"}, "manual", False),
        ({"deploy": False}, "scheduled", False),
        ({"deploy": True}, "backfill", True),
        ({"deploy": "true"}, "backfill", True),
    ],
)
def test_a_backfill_deploys_only_if_its_conf_says_so(
    conf: dict[str, Any], run_type: str, deploys: bool
) -> None:
    assert resolve(PLAN, conf, run_type=run_type).plan.deploy is deploys


def test_a_backfill_started_from_the_form_with_another_grid_does_not_deploy() -> None:
    sent = {**ParamsDict(form(PLAN)).dump(), "LogisticRegression_maxIter": ["7"]}
    assert resolve(PLAN, sent, run_type="backfill").plan.deploy is False


def test_a_plan_that_does_not_deploy_does_so_if_the_conf_asks_for_it() -> None:
    plan = PLAN.model_copy(update={"deploy": False})
    assert resolve(plan, {}).plan.deploy is False
    assert resolve(plan, {"deploy": True}).plan.deploy is True


@pytest.mark.parametrize(
    ("key", "advice"),
    [
        ("LogisticRegression_maxiter", "did you mean LogisticRegression_maxIter?"),
        ("maxIter", "did you mean LogisticRegression_maxIter?"),
        ("point_per_tasks", "did you mean points_per_task?"),
        ("threshold", "did you mean gate_threshold?"),
        ("keep_endpiont", "did you mean keep_endpoint?"),
        ("LogisticRegression_maximumNumberOfIterations", "did you mean LogisticRegression_maxIter?"),
        ("LogisticRegression_tol", "the plan's grid has not: add it there"),
    ],
)
def test_a_mistyped_key_is_named_with_the_one_that_was_meant(key: str, advice: str) -> None:
    given: Any = [5]
    text = refused(**{key: given})
    assert f"{key}: the key is unknown; " in text
    assert advice in text
    assert "its keys can be source_url, max_dropped_share, LogisticRegression_maxIter" in text


@pytest.mark.parametrize("key", ["label", "seed", "registered_model_name", "databricks_conn_id"])
def test_what_must_not_change_from_run_to_run_is_no_key(key: str) -> None:
    assert f"{key}: the key is unknown\n" in refused(**{key: "x"})


@pytest.mark.parametrize(
    ("conf", "message"),
    [
        (
            {"LogisticRegression_maxIter": ["five", 7, 2.5]},
            "LogisticRegression_maxIter: 'five', 2.5 cannot be; allowed is a whole number, at least 0",
        ),
        ({"LogisticRegression_maxIter": []}, "LogisticRegression_maxIter: the list is empty"),
        ({"LogisticRegression_maxIter": ["", " "]}, "LogisticRegression_maxIter: the list is empty"),
        ({"LogisticRegression_maxIter": 5}, "LogisticRegression_maxIter: 5 is no list"),
        ({"LogisticRegression_maxIter": None}, "LogisticRegression_maxIter: None is no list"),
        ({"LogisticRegression_maxIter": list(range(100_001))}, "the grid has 100001 points; at most 100000"),
        ({"LogisticRegression_maxIter": [None]}, "LogisticRegression_maxIter: None cannot be"),
        ({"LogisticRegression_maxIter": ["9" * 5000]}, "99...99"),
        ({"gate_threshold": "high"}, "gate_threshold: 'high' cannot be; it must be a number from 0 to 1"),
        ({"gate_threshold": True}, "gate_threshold: True cannot be"),
        ({"gate_threshold": 1.5}, "gate_threshold: 1.5 cannot be"),
        ({"gate_threshold": float("nan")}, "gate_threshold: nan cannot be"),
        ({"max_dropped_share": 2}, "max_dropped_share: 2 cannot be; it must be a number from 0 to 1"),
        ({"points_per_task": 0}, "0 cannot be; it must be a whole number from 1 to 100000, or null"),
        (
            {"LogisticRegression_maxIter": list(range(2000)), "points_per_task": 1},
            "points_per_task: 2000 points, 1 per task, make 2000 mapped tasks; Airflow takes at most 1024",
        ),
        ({"points_per_task": "4"}, "points_per_task: '4' cannot be"),
        ({"points_per_task": True}, "points_per_task: True cannot be"),
        ({"num_workers": -1}, "num_workers: -1 cannot be; it must be a whole number, at least 0"),
        ({"num_workers": "2"}, "num_workers: '2' cannot be"),
        ({"deploy": "no"}, "deploy: 'no' cannot be; it must be true, false, or null"),
        ({"deploy": 1}, "deploy: 1 cannot be"),
        ({"deploy": [True]}, "deploy: [True] cannot be"),
        ({"keep_endpoint": "no"}, "keep_endpoint: 'no' cannot be; it must be true or false"),
        ({"source_url": 5}, "source_url: 5 is no text"),
        ({"source_url": "file:///etc/passwd"}, "source_url: 'file:///etc/passwd' is neither"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_what_is_allowed(conf: dict[str, Any], message: str) -> None:
    text = refused(**conf)
    assert message in text
    assert len(text) < 1000


def test_a_grid_of_too_many_points_is_told_with_the_lists_that_make_it() -> None:
    text = refused(LogisticRegression_maxIter=list(range(400)), LogisticRegression_regParam=list(range(300)))
    assert (
        "LogisticRegression_maxIter (400), LogisticRegression_regParam (300): the grid has 120000 points"
        in text
    )


def test_a_value_that_is_there_twice_counts_once() -> None:
    sent = {"LogisticRegression_maxIter": [1, "1", 1.0] * 400}
    assert len(resolve(PLAN, sent).plan.candidates()) == 1


def test_all_mistakes_of_a_conf_are_told_at_once() -> None:
    text = refused(
        LogisticRegression_maxiter=[5],
        LogisticRegression_regParam=["much"],
        gate_threshold=2,
        points_per_task=0,
        source_url="ftp://files.test/penguins.csv",
    )
    assert text.startswith("The run's conf has 5 mistakes:\n")
    assert text.count("\n  - ") == 5


def test_keys_that_the_dag_has_for_other_purposes_are_let_pass() -> None:
    assert resolve(PLAN, {"note": "hello"}, other_keys=("note",)).plan == PLAN


def test_with_several_gates_one_threshold_is_no_key() -> None:
    assert "gate_threshold" not in form(TWO_GATES)
    with pytest.raises(PlanError, match="gate_threshold: the key is unknown"):
        resolve(TWO_GATES, {"gate_threshold": 0.5})
