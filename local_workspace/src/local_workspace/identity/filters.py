"""SCIM's filters, as far as Databricks has them: `displayName eq "a" and active eq true`.

https://docs.databricks.com/api/azure/workspace/groups/list (`filter`)
"""

import re
from collections.abc import Callable
from typing import Any

from local_workspace.identity.errors import InvalidFilter

_TERM = re.compile(
    r'\s*([\w.]+)\s+(?:(pr)|(eq|ne|co|sw|ew)\s+("(?:[^"\\]|\\.)*"|[^\s()"]+))\s*', re.IGNORECASE
)
_LINK = re.compile(r"(and|or)\s", re.IGNORECASE)
_TESTS: dict[str, Callable[[str, str], bool]] = {
    "eq": lambda there, wanted: there == wanted,
    "ne": lambda there, wanted: there != wanted,
    "co": lambda there, wanted: wanted in there,
    "sw": lambda there, wanted: there.startswith(wanted),
    "ew": lambda there, wanted: there.endswith(wanted),
}
Test = Callable[[dict[str, Any]], bool]


def test_of(text: str) -> Test:
    """What a resource must fulfil; all do, if the filter is empty. Raises `InvalidFilter`.

    `and` binds more tightly than `or`.
    """
    if not text.strip():
        return lambda _: True
    alternatives: list[list[Test]] = [[]]
    position = 0
    while True:
        term = _TERM.match(text, position)
        if term is None:
            raise InvalidFilter(f"Invalid filter: {text[:200]}")
        alternatives[-1].append(_term(*term.groups()))
        position = term.end()
        if position == len(text):
            return lambda resource: any(all(test(resource) for test in tests) for tests in alternatives)
        link = _LINK.match(text, position)
        if link is None:
            raise InvalidFilter(f"Invalid filter: {text[:200]}")
        position = link.end()
        if link[1].lower() == "or":
            alternatives.append([])


def _term(attribute: str, present: str | None, operator: str | None, value: str | None) -> Test:
    path = attribute.lower().split(".")
    if present or operator is None or value is None:
        return lambda resource: bool(_values(resource, path))
    wanted = re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value
    test = _TESTS[operator.lower()]
    every = operator.lower() == "ne"

    def holds(resource: dict[str, Any]) -> bool:
        judged = [test(_text(each).lower(), wanted.lower()) for each in _values(resource, path)]
        return all(judged) if every else any(judged)

    return holds


def _values(resource: Any, path: list[str]) -> list[Any]:
    """What an attribute has, by its name in any case; of lists, what each entry has, or its `value`."""
    if isinstance(resource, list):
        return [value for each in resource for value in _values(each, path or ["value"])]
    if not path:
        return [resource]
    if not isinstance(resource, dict):
        return []
    found = [value for name, value in resource.items() if name.lower() == path[0]]
    return [value for each in found for value in _values(each, path[1:])]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
