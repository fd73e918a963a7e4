"""What a policy makes of a request, and what it refuses."""

import json
from typing import Any

import pytest

from local_workspace.clusters.policies.definition import definition_of
from local_workspace.clusters.policies.families import FAMILIES
from local_workspace.clusters.runtimes.latest import resolved_runtime
from local_workspace.errors import InvalidParameterValue

REQUEST = {
    "node_type_id": "Standard_DS3_v2",
    "num_workers": 4,
    "custom_tags": {"cost.center": "7"},
    "init_scripts": [{"workspace": {"destination": "/a.sh"}}],
}


def applied(rules: dict[str, Any], *, with_defaults: bool = False) -> dict[str, Any]:
    definition = definition_of(json.dumps(rules))
    fields = definition.applied(REQUEST, with_defaults=with_defaults)
    definition.check(fields)
    return fields


def test_what_is_fixed_and_left_out_is_filled_in() -> None:
    rules = {
        "spark_conf.spark.a.b": {"type": "fixed", "value": "1"},
        "azure_attributes.availability": {"type": "fixed", "value": "SPOT_AZURE"},
        "init_scripts.1.volumes.destination": {"type": "fixed", "value": "/Volumes/a/b/c/d.sh"},
    }
    fields = applied(rules)
    assert fields["spark_conf"] == {"spark.a.b": "1"}
    assert fields["azure_attributes"] == {"availability": "SPOT_AZURE"}
    assert fields["init_scripts"][1] == {"volumes": {"destination": "/Volumes/a/b/c/d.sh"}}
    assert fields["init_scripts"][0] == REQUEST["init_scripts"][0]  # type: ignore[index]


def test_defaults_are_filled_in_only_when_they_are_asked_for() -> None:
    rules = {"autotermination_minutes": {"type": "unlimited", "defaultValue": 30, "isOptional": True}}
    assert "autotermination_minutes" not in applied(rules)
    assert applied(rules, with_defaults=True)["autotermination_minutes"] == 30


REFUSED = [
    ({"num_workers": {"type": "fixed", "value": 2}}, 'num_workers, the value must be 2 (is "4")'),
    ({"num_workers": {"type": "range", "maxValue": 3}}, 'num_workers, the value must be at most 3 (is "4")'),
    ({"num_workers": {"type": "range", "minValue": 5}}, 'the value must be at least 5 (is "4")'),
    ({"node_type_id": {"type": "allowlist", "values": ["a", "b"]}}, "must be one of a, b"),
    ({"node_type_id": {"type": "blocklist", "values": ["Standard_DS3_v2"]}}, "must not be one of"),
    ({"node_type_id": {"type": "regex", "pattern": "Basic_.*"}}, "must match Basic_.*"),
    (
        {"custom_tags.cost.center": {"type": "fixed", "value": "8"}},
        'custom_tags, cost.center must be 8 (is "7")',
    ),
    ({"custom_tags.team": {"type": "unlimited"}}, "Validation failed for custom_tags, team must be present"),
    ({"init_scripts.*.workspace.destination": {"type": "forbidden"}}, "must not be present"),
    ({"instance_pool_id": {"type": "unlimited"}}, "instance_pool_id, the value must be present"),
]


@pytest.mark.parametrize(("rules", "text"), REFUSED)
def test_what_breaks_a_rule_is_refused_in_databricks_words(rules: dict[str, Any], text: str) -> None:
    with pytest.raises(InvalidParameterValue) as refused:
        applied(rules)
    assert str(refused.value).startswith("Cluster validation error: Validation failed for ")
    assert text in str(refused.value)


def test_all_broken_rules_are_named() -> None:
    rules = {"num_workers": {"type": "fixed", "value": 2}, "node_type_id": {"type": "fixed", "value": "b"}}
    with pytest.raises(InvalidParameterValue, match=r"num_workers.*; Validation failed for node_type_id"):
        applied(rules)


@pytest.mark.parametrize(
    ("definition", "text"),
    [
        ("{", "is not JSON"),
        ("[]", "must be a JSON object"),
        ('{"num_workers": 3}', "must be a JSON object with an object for each attribute"),
        ('{"num_workers": {"type": "most"}}', "definition of num_workers is wrong: Invalid value for type"),
        ('{"num_workers": {"type": "fixed", "valu": 3}}', "definition of num_workers is wrong"),
        ('{"node_type_id": {"type": "regex", "pattern": "("}}', "definition of node_type_id is wrong"),
        ('{"dbus_per_hour": {"type": "range", "maxValue": 3}}', "does not heed dbus_per_hour"),
        ('{"spark_version": {"type": "fixed", "value": "auto:newest"}}', "Invalid spark version auto:newest"),
    ],
)
def test_a_definition_that_means_nothing_is_refused(definition: str, text: str) -> None:
    with pytest.raises(InvalidParameterValue, match=text):
        definition_of(definition)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("auto:latest", "19.x-scala2.13"),
        ("auto:latest-ml", "19.x-cpu-ml-scala2.13"),
        ("auto:latest-lts", "16.4.x-scala2.13"),
        ("auto:latest-lts-ml", "18.x-cpu-ml-scala2.13"),
        ("auto:prev-lts-ml", "17.3.x-cpu-ml-scala2.13"),
        ("15.4.x-scala2.12", "15.4.x-scala2.12"),
    ],
)
def test_auto_stands_for_the_latest_runtime_of_its_kind_that_is_no_beta(name: str, key: str) -> None:
    assert resolved_runtime(name) == key


@pytest.mark.parametrize("family", FAMILIES.values(), ids=lambda family: family.name)
def test_every_family_has_a_definition_that_can_be_used(family: Any) -> None:
    definition_of(family.to_wire()["definition"])
