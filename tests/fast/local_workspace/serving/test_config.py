"""What an endpoint's configuration may say."""

from typing import Any

import pytest

from local_workspace.errors import InvalidParameterValue
from local_workspace.serving.config import ConfigRequest, ServingConfig

ENTITY = {
    "entity_name": "penguin",
    "entity_version": 3,
    "workload_size": "Small",
    "scale_to_zero_enabled": True,
}
MODEL = {
    "model_name": "penguin",
    "model_version": "3",
    "workload_size": "Small",
    "scale_to_zero_enabled": "true",
}


def checked(**fields: Any) -> ServingConfig:
    return ConfigRequest.model_validate(fields).checked()


@pytest.mark.parametrize("fields", [{"served_entities": [ENTITY]}, {"served_models": [MODEL]}])
def test_entities_and_models_are_two_names_of_one_thing(fields: dict[str, Any]) -> None:
    config = checked(**fields)
    assert [(e.name, e.entity_name, e.entity_version) for e in config.entities] == [
        ("penguin-3", "penguin", "3")
    ]
    assert config.traffic == {"penguin-3": 100}


def test_the_default_name_has_the_last_part_of_a_three_part_name() -> None:
    config = checked(served_entities=[ENTITY | {"entity_name": "cat.schema.penguin"}])
    assert config.entities[0].name == "penguin-3"


def test_both_lists_or_none_are_refused() -> None:
    with pytest.raises(InvalidParameterValue, match="Exactly one"):
        checked(served_entities=[ENTITY], served_models=[MODEL])
    with pytest.raises(InvalidParameterValue, match="Exactly one"):
        checked()


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (
            {"scale_to_zero_enabled": None},
            "scaleToZeroEnabled is undefined. Please set it to either true or false.",
        ),
        ({"entity_name": "Penguin Predictor"}, "'Penguin Predictor-3'.*Give the served entity a `name`"),
        ({"name": "a b"}, "served entity name 'a b'"),
        ({"workload_size": "Huge"}, "workload_size 'Huge'"),
        ({"workload_size": ""}, "workload_size ''"),
        ({"environment_vars": {"KEY": "{{secrets/a/b}}"}}, r"environment_vars\.KEY: .* for clusters only"),
        ({"workload_type": "GPU_SMALL"}, "workload_type 'GPU_SMALL'"),
        ({"entity_name": ""}, "served_entities.entity_name"),
        ({"entity_version": ""}, "served_entities.entity_version"),
    ],
)
def test_a_wrong_entity_is_refused_with_what_is_wrong(change: dict[str, Any], text: str) -> None:
    with pytest.raises(InvalidParameterValue, match=text):
        checked(served_entities=[ENTITY | change])


def test_a_model_with_a_space_is_served_under_a_name_of_its_own() -> None:
    config = checked(served_entities=[ENTITY | {"entity_name": "Penguin Predictor", "name": "predictor"}])
    assert config.entities[0].name == "predictor"


def routes(*shares: tuple[str, int]) -> dict[str, Any]:
    return {"routes": [{"served_model_name": name, "traffic_percentage": share} for name, share in shares]}


@pytest.mark.parametrize(
    ("traffic", "text"),
    [
        ({}, "traffic_config is required"),
        (routes(("a", 50), ("b", 40)), "sum to 90"),
        (routes(("a", 100), ("c", 0)), "'c', which is not a served entity"),
        (routes(("a", 50), ("a", 50)), "one route each"),
        (routes(("a", 60), ("b", 60)), "sum to 120"),
    ],
)
def test_traffic_that_does_not_add_up_is_refused(traffic: dict[str, Any], text: str) -> None:
    two = [ENTITY | {"name": "a"}, ENTITY | {"name": "b"}]
    with pytest.raises(InvalidParameterValue, match=text):
        checked(served_entities=two, traffic_config=traffic)


def test_names_must_differ() -> None:
    with pytest.raises(InvalidParameterValue, match="unique"):
        checked(served_entities=[ENTITY, ENTITY])


def test_at_most_ten_entities_are_served() -> None:
    with pytest.raises(InvalidParameterValue, match="at most 10"):
        checked(served_entities=[ENTITY | {"name": f"e{i}"} for i in range(11)])
