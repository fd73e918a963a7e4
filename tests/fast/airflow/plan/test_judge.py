"""What a plan says of the judge, of what it expects of the data, of canary steps and of approval."""

from typing import Any

import pytest

from rookery import Endpoint, Expectations, Judge, PlanError, TrainingPlan
from rookery_jobs.contract import ExpectationsSpec, JudgeSpec
from tests.plans import PENGUINS


def plan(**changes: Any) -> TrainingPlan:
    return TrainingPlan.model_validate({**PENGUINS, **changes})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"judge": Judge(confidence=1)}, "judge.confidence: confidence 1 cannot be; it must be above 0"),
        ({"judge": Judge(min_class_recall=2)}, "judge.min_class_recall: min_class_recall 2 cannot be"),
        ({"judge": Judge(on_incomparable="wait")}, "judge.on_incomparable: .*'wait'; it can be 'promote' or"),
        ({"expectations": Expectations(max_psi=0)}, "expectations.max_psi: max_psi 0 cannot be"),
        ({"expectations": Expectations(on_drift="wait")}, "expectations.on_drift: on_drift cannot be 'wait'"),
        (
            {"expectations": Expectations(allowed={"BodyMass": ["a"]})},
            "BodyMass: it is no categorical",
        ),
        ({"expectations": Expectations(allowed={"Island": []})}, "allowed.Island: no value is allowed"),
        ({"expectations": Expectations(ranges={"BodyMass": (3, 2)})}, r"BodyMass: \[3.0, 2.0\] is no range"),
        ({"approval": "perhaps"}, "approval: 'perhaps' is unknown; it can be 'none' or 'required'"),
        (
            {"endpoint": Endpoint(name="p", canary_steps=[50, 10])},
            r"endpoint.canary_steps: \[50, 10\] cannot",
        ),
        ({"endpoint": Endpoint(name="p", canary_steps=[0])}, "each from 1 to 99"),
    ],
)
def test_a_rule_that_means_nothing_is_refused_at_its_place(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(PlanError, match=said):
        plan(**changes)


def test_a_floor_for_classes_needs_classes() -> None:
    sweep = [{"algorithm": "LinearRegression", "grid": {"regParam": [0.1]}}]
    with pytest.raises(PlanError, match=r"judge.min_class_recall: 0.5 cannot be, as a regression has no"):
        plan(sweep=sweep, metric="rmse", judge=Judge(min_class_recall=0.5))


def test_a_plan_without_a_word_on_it_adds_nothing_to_what_register_is_asked() -> None:
    assert plan().judge.spec("accuracy", "") == JudgeSpec()
    assert plan().expectations.spec() == ExpectationsSpec()
