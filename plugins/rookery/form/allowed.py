"""What a field allows, in words; and a JSON schema that says so to whoever mistypes a value.

Airflow shows the message of the JSON schema that a value breaks, with this schema. "does not match '^\\s*(…)"
tells nobody what is allowed; a condition whose other branch is a constant is refused with "'a whole number,
at least 0' was expected". Of several messages, the first one at the top is shown.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

# What a value must fulfil; all the rest of a schema is for the form.
_CONDITIONS = ("type", "minLength", "pattern", "minItems", "maxItems", "items", "minimum", "maximum")


def worded(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema with its conditions in one, whose refusal is what it allows in words."""
    if "$ref" in schema:
        # It refers to its own conditions, and what stands beside "$ref" does not count (draft 7).
        return dict(schema)
    conditions = {name: schema[name] for name in _CONDITIONS if name in schema}
    shown = {name: value for name, value in schema.items() if name not in ("pattern", "allowed")}
    if "items" in shown:
        shown["items"] = {"description": shown["items"]["description"]}
    return {"if": conditions, "else": {"const": allowed_by(schema)}, **shown}


def allowed_by(schema: Mapping[str, Any]) -> str:
    """What a Param's JSON schema allows, in words."""
    if "else" in schema:
        return str(schema["else"]["const"])
    if "allowed" in schema:
        return str(schema["allowed"])
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
