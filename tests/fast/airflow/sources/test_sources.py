"""Every kind of source and of split offers what the rest of the package asks of one."""

from typing import Any

import pytest

from rookery import PlanError, TrainingPlan
from rookery.parts import Part
from rookery.plan.splits import SPLITS, Split
from rookery.sources import SOURCES, Source
from rookery_jobs import contract
from tests.plans import PENGUINS

KINDS = [(Source, kind) for kind in SOURCES.values()] + [(Split, kind) for kind in SPLITS.values()]


@pytest.mark.parametrize(("base", "kind"), KINDS)
def test_a_kind_leaves_nothing_open(base: type[Part], kind: type[Part]) -> None:
    wanted = {name for name, one in vars(base).items() if getattr(one, "__isabstractmethod__", False)}
    assert wanted
    assert {name for name in wanted if getattr(kind, name) is getattr(base, name)} == set()


def test_plans_and_specs_of_job_runs_have_the_same_kinds_by_the_same_names() -> None:
    assert list(SOURCES) == list(contract.SOURCES)
    assert list(SPLITS) == list(contract.SPLITS)
    for kinds in (SOURCES, SPLITS):
        assert {name: kind.model_fields["kind"].default for name, kind in kinds.items()} == {
            name: name for name in kinds
        }


@pytest.mark.parametrize(("field", "known"), [("source", "csv"), ("split", "random")])
def test_an_unknown_kind_is_named_with_those_that_there_are(field: str, known: str) -> None:
    plan: dict[str, Any] = {**PENGUINS, field: {**PENGUINS[field], "kind": "tabel"}}
    with pytest.raises(PlanError, match=f"{field}.kind: 'tabel' is unknown; known are {known}"):
        TrainingPlan.model_validate(plan)
