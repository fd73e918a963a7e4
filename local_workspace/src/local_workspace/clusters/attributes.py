"""Attributes of a cluster by their paths, as policies and update masks name them.

`spark_conf.spark.executor.memory` is one key of a map; `init_scripts.*.workspace.destination` is that of
every script, `init_scripts.0.…` that of the first.
"""

from collections.abc import Iterator, Sequence
from typing import Any

# Their keys have dots themselves.
_MAPS = frozenset({"spark_conf", "spark_env_vars", "custom_tags"})
ANY = "*"
Path = tuple[str, ...]


def path_of(name: str) -> Path:
    """The parts of a path."""
    head, _, rest = name.partition(".")
    return (head, rest) if head in _MAPS and rest else tuple(name.split("."))


def values_at(fields: Any, path: Sequence[str]) -> Iterator[tuple[Path, Any]]:
    """Every value that a path names, with its own path; none if nothing is there."""
    if not path:
        yield (), fields
        return
    part, *rest = path
    for key, value in _inside(fields):
        if part in (key, ANY):
            for below, found in values_at(value, rest):
                yield (key, *below), found


def with_value(fields: Any, path: Sequence[str], value: Any) -> Any:
    """The same fields with a value at a path, which has no `*`; lists get longer by one at most."""
    if not path:
        return value
    part, *rest = path
    if part.isdigit() and (fields is None or isinstance(fields, list)):
        entries = list(fields or [])
        index = min(int(part), len(entries))
        entries[index : index + 1] = [
            with_value(entries[index] if index < len(entries) else None, rest, value)
        ]
        return entries
    kept = dict(fields) if isinstance(fields, dict) else {}
    return kept | {part: with_value(kept.get(part), rest, value)}


def without(fields: dict[str, Any], path: Sequence[str]) -> dict[str, Any]:
    """The same fields without what a path of names leads to."""
    part, *rest = path
    if part not in fields:
        return fields
    if not rest:
        return {key: value for key, value in fields.items() if key != part}
    inner = fields[part]
    return fields | {part: without(inner, rest)} if isinstance(inner, dict) else fields


def _inside(fields: Any) -> list[tuple[str, Any]]:
    if isinstance(fields, dict):
        return list(fields.items())
    return [(str(index), each) for index, each in enumerate(fields)] if isinstance(fields, list) else []
