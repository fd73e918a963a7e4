"""SCIM's changes of a resource: https://datatracker.ietf.org/doc/html/rfc7644#section-3.5.2"""

import re
from collections.abc import Sequence
from typing import Any

from local_workspace.identity.errors import InvalidPath
from local_workspace.identity.filters import test_of

_PATH = re.compile(r"(?P<name>\w+)(?:\[(?P<filter>.+)\])?(?:\.(?P<sub>\w+))?")


def patched(resource: dict[str, Any], operations: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The resource after these changes. Raises `InvalidPath` for one that cannot be made."""
    for operation in operations:
        name = str(operation.get("op", "")).lower()
        if name not in ("add", "replace", "remove"):
            raise InvalidPath(f"op must be add, replace or remove, got {operation.get('op')!r}")
        path, value = operation.get("path"), operation.get("value")
        if name != "remove" and value is None:
            raise InvalidPath(f"{name} needs a value")
        if path:
            resource = resource | _changed(resource, str(path), name, value)
        elif isinstance(value, dict):
            for key, each in value.items():
                resource = resource | _changed(resource, key, name, each)
        else:
            raise InvalidPath(f"{name} needs a path, or an object as its value")
    return {key: value for key, value in resource.items() if value is not None}


def _changed(resource: dict[str, Any], path: str, operation: str, value: Any) -> dict[str, Any]:
    """The attribute that a path names, as it is afterwards; None: gone."""
    parts = _PATH.fullmatch(path)
    if parts is None:
        raise InvalidPath(f"Invalid path: {path[:200]}")
    name, there = parts["name"], resource.get(parts["name"])
    if parts["filter"]:
        return {name: _filtered(there, parts["filter"], operation, value)}
    if parts["sub"]:
        inner = there if isinstance(there, dict) else {}
        return {name: inner | {parts["sub"]: None if operation == "remove" else value}}
    if operation == "remove":
        return {name: _without(there, value) if value and isinstance(there, list) else None}
    if operation == "add" and isinstance(there, list):
        return {name: _joined(there, value if isinstance(value, list) else [value])}
    return {name: value}


def _filtered(there: Any, text: str, operation: str, value: Any) -> list[Any]:
    entries = there if isinstance(there, list) else []
    matches = test_of(text)
    if operation == "remove":
        return [each for each in entries if not matches(each)]
    if not isinstance(value, dict):
        raise InvalidPath(f"{operation} of an entry needs an object as its value")
    return [each | value if matches(each) else each for each in entries]


def _joined(there: list[Any], more: list[Any]) -> list[Any]:
    new = {_key(each) for each in more}
    return [each for each in there if _key(each) not in new] + more


def _without(there: list[Any], gone: Any) -> list[Any]:
    named = {_key(each) for each in (gone if isinstance(gone, list) else [gone])}
    return [each for each in there if _key(each) not in named]


def _key(entry: Any) -> str:
    return str(entry.get("value") if isinstance(entry, dict) else entry)
