"""The keys of a trigger form, with their defaults and what is allowed, from the schemas of its Params."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from rookery.check.report import Row

if TYPE_CHECKING:
    from airflow.sdk.definitions.param import ParamsDict


def form_rows(params: ParamsDict, shown_defaults: Mapping[str, str]) -> Iterator[Row]:
    """One row per key, in the form's order. Of a default in `shown_defaults`, no more is shown than that."""
    for key in params:
        param = params.get_param(key)
        allowed = allowed_by(param.schema)
        default = shown_defaults.get(key, param.value)
        shown = param.schema.get("values_display", {}).get(str(default), _text(default))
        yield Row(key, shown, {"default": default, "allowed": allowed}, allowed)


def allowed_by(schema: Mapping[str, Any]) -> str:
    """What a Param's JSON schema allows, in words."""
    if "enum" in schema:
        return "one of " + ", ".join(json.dumps(value) for value in schema["enum"])
    kind = schema.get("type")
    if isinstance(kind, list):
        others = [each for each in kind if each != "null"]
        words = " or ".join(allowed_by({**schema, "type": each}) for each in others)
        return f"{words}, or null" if len(others) < len(kind) else words
    if kind == "array":
        each = schema.get("items", {}).get("description")
        return f"a list, each {each}" if each else "a list"
    if kind in ("integer", "number"):
        return _number("a whole number" if kind == "integer" else "a number", schema)
    return {"boolean": "true or false", "string": "a text", "object": "an object"}.get(str(kind), "anything")


def _number(name: str, schema: Mapping[str, Any]) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return f"{name} from {low:g} to {high:g}"
    if low is not None:
        return f"{name}, at least {low:g}"
    return f"{name}, at most {high:g}" if high is not None else name


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return value if isinstance(value, str) else json.dumps(value, default=str)
