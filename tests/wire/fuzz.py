"""Strange requests for every route of an OpenAPI description: some fields as they should be, others not."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

STRANGE: tuple[Any, ...] = (
    None,
    "",
    "a",
    "..",
    "/",
    "/Shared/x",
    "main.default.x",
    "%00",
    "\x00",
    "ü",
    "x" * 5000,
    "1",
    0,
    1,
    -1,
    2**70,
    0.5,
    True,
    [],
    [None],
    {},
    {"a": {"b": []}},
    "{{secrets/a/b}}",
    "{",
)
# They end what the next request needs, or take seconds: not strange in themselves.
LEFT_OUT = ("/api/2.0/fs/files", "/signed-files")


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    method: str
    path: str
    description: dict[str, Any]

    def request(self, chance: random.Random) -> tuple[str, dict[str, Any]]:
        """A URL, and what else `httpx` is told."""
        path, query = self.path, {}
        for parameter in self.description["parameters"]:
            value = value_for(parameter["schema"], chance)
            if parameter["in"] == "path":
                text = quote(str(value), safe="") or "x"
                path = path.replace(f"{{{parameter['name']}}}", text)
            elif parameter["required"] or chance.random() < 0.5:
                query[parameter["name"]] = str(value)
        content = self.description.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            return path, {"params": query, "json": value_for(content["application/json"]["schema"], chance)}
        return path, {"params": query, "content": b"strange"} if content else {"params": query}


def operations(description: dict[str, Any]) -> Iterator[Operation]:
    """Every operation of a description, but for those of a file's bytes, which have a fuzz of their own."""
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            if not path.startswith(LEFT_OUT):
                yield Operation(method.upper(), path, operation)


def value_for(schema: dict[str, Any], chance: random.Random, depth: int = 0) -> Any:
    """A value that a schema asks for, or now and then any other."""
    if chance.random() < 0.2 and depth:
        return chance.choice(STRANGE)
    if "anyOf" in schema:
        return value_for(chance.choice(schema["anyOf"]), chance, depth)
    if "enum" in schema or "const" in schema:
        return chance.choice(schema.get("enum") or [schema["const"]])
    kind = schema.get("type")
    if kind == "object":
        return _object(schema, chance, depth)
    if kind == "array":
        items = schema.get("items", {})
        return [value_for(items, chance, depth + 1) for _ in range(chance.randint(0, 2))]
    simple = {"integer": chance.randint(-1, 100), "number": 0.5, "boolean": True, "null": None}
    return simple[kind] if kind in simple else chance.choice(["a", "1", "/Shared/x", "main.default.x", ""])


def _object(schema: dict[str, Any], chance: random.Random, depth: int) -> dict[str, Any]:
    required = schema.get("required", [])
    found = {
        name: value_for(field, chance, depth + 1)
        for name, field in schema.get("properties", {}).items()
        if (name in required and chance.random() < 0.95) or chance.random() < 0.4
    }
    return found if schema.get("properties") else {"a": value_for({}, chance, depth + 1)}
