"""SCIM's filters and changes, apart from any principal."""

from typing import Any

import pytest

from local_workspace.identity.errors import InvalidFilter, InvalidPath
from local_workspace.identity.filters import test_of as condition_of
from local_workspace.identity.patches import patched

RESOURCE = {
    "userName": "Ann@example.com",
    "active": True,
    "emails": [{"value": "ann@example.com"}, {"value": "a@b"}],
    "name": {"givenName": "Ann"},
}
HOLDS = [
    "",
    'userName eq "ann@example.com"',
    "USERNAME eq ann@example.com",
    "active eq true",
    "emails.value sw a@",
    'emails co "@b"',
    "name.givenName pr",
    'name.givenName ne "Bob"',
    'userName eq "x" or active eq true',
    'userName eq "x" and active eq false or name.givenName ew nn',
]
NOT = ['userName eq "bob"', "nothing pr", 'active eq true and userName eq "x"', 'emails ne "a@b"']
NONE = ["x", "userName", "a like x", 'userName eq "x', 'userName eq "x" and', "and", '"a" eq b', "a eq b c"]


@pytest.mark.parametrize("text", HOLDS)
def test_a_filter_holds(text: str) -> None:
    assert condition_of(text)(RESOURCE)


@pytest.mark.parametrize("text", NOT)
def test_a_filter_does_not_hold(text: str) -> None:
    assert not condition_of(text)(RESOURCE)


@pytest.mark.parametrize("text", NONE)
def test_a_text_that_is_no_filter_is_refused(text: str) -> None:
    with pytest.raises(InvalidFilter):
        condition_of(text)


GROUP = {"displayName": "g", "members": [{"value": "1"}, {"value": "2"}]}
CHANGES: list[tuple[dict[str, Any], Any]] = [
    ({"op": "add", "path": "members", "value": [{"value": "3"}]}, ["1", "2", "3"]),
    ({"op": "Add", "value": {"members": [{"value": "2"}]}}, ["1", "2"]),
    ({"op": "remove", "path": 'members[value eq "1"]'}, ["2"]),
    ({"op": "remove", "path": "members", "value": [{"value": "2"}]}, ["1"]),
    ({"op": "replace", "path": "members", "value": [{"value": "9"}]}, ["9"]),
    ({"op": "remove", "path": "members"}, None),
]


@pytest.mark.parametrize(("operation", "members"), CHANGES)
def test_members_are_changed(operation: dict[str, Any], members: list[str] | None) -> None:
    changed = patched(GROUP, [operation]).get("members")
    assert (None if changed is None else [each["value"] for each in changed]) == members


@pytest.mark.parametrize(
    "operation",
    [
        {},
        {"op": "move", "path": "members"},
        {"op": "add"},
        {"op": "replace", "path": "active"},
        {"op": "add", "path": "a b", "value": 1},
        {"op": "replace", "path": 'members[value eq "1"]', "value": "x"},
    ],
)
def test_a_change_of_nothing_is_refused(operation: dict[str, Any]) -> None:
    with pytest.raises(InvalidPath):
        patched(GROUP, [operation])
