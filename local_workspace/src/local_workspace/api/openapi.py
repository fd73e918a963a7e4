"""An OpenAPI description of the workspace's own routes, made from them; MLflow's routes are MLflow's.

https://spec.openapis.org/oas/v3.1.0
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from starlette.routing import BaseRoute, Route

from local_workspace.api.wire import Addressed, Called, Description, description_of, routes
from local_workspace.messages import Message

PATH = "/api/local/openapi.json"
_PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")
# What a client does not send itself.
_OF_THE_SERVER: dict[type[Message], str] = {Addressed: "origin", Called: "caller"}
# Every refusal has one of these; a storage's are in XML.
ANSWERS = {
    "2XX": "Done",
    "3XX": "Somewhere else, or as it was",
    "400": "A field is missing or wrong, or the state does not allow it",
    "401": "No token",
    "403": "A token that is nobody's, or not allowed",
    "404": "There is no such thing",
    "409": "The name is taken, or a change is on its way",
    "412": "It has changed meanwhile",
    "416": "There is no such part of it",
    "429": "Too many requests",
    "501": "Databricks has it, this workspace does not",
    "503": "Not now",
}


def openapi_routes(description: dict[str, Any]) -> list[Route]:
    """The route that answers the description of the others."""
    return routes("GET", PATH, Message, lambda _: description)


def openapi(described: Iterable[BaseRoute]) -> dict[str, Any]:
    """The whole description."""
    paths: dict[str, dict[str, Any]] = {}
    for route, description in own_routes(described):
        operations = paths.setdefault(_PARAMETER.sub(r"{\1}", route.path), {})
        for method in sorted((route.methods or set()) - {"HEAD"}):
            operations[method.lower()] = _operation(route, method, description)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Local workspace", "version": "1"},
        "paths": paths,
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "security": [{"token": []}],
    }


def own_routes(described: Iterable[BaseRoute]) -> Iterator[tuple[Route, Description]]:
    """Routes that say what they take, each once: without the slash that clients may put at their end."""
    for route in described:
        if isinstance(route, Route) and not route.path.endswith("/") and (found := description_of(route)):
            yield route, found


def _operation(route: Route, method: str, description: Description) -> dict[str, Any]:
    names = _PARAMETER.findall(route.path)
    schema = description.message.model_json_schema(by_alias=True, ref_template="#/x-no-refs/{model}")
    given = {name for kind, name in _OF_THE_SERVER.items() if issubclass(description.message, kind)}
    fields = {
        name: field for name, field in schema.get("properties", {}).items() if name not in {*names, *given}
    }
    required = [name for name in schema.get("required", []) if name in fields]
    operation: dict[str, Any] = {
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names
        ],
        "responses": {status: {"description": text} for status, text in ANSWERS.items()},
    }
    if description.is_raw or method in ("GET", "DELETE"):
        operation["parameters"] += [
            {"name": name, "in": "query", "required": name in required, "schema": _plain(field, schema)}
            for name, field in fields.items()
        ]
    if description.is_raw:
        operation["requestBody"] = {"content": {"application/octet-stream": {}}}
    elif method not in ("GET", "DELETE"):
        body = {"type": "object", "properties": fields, "required": required}
        operation["requestBody"] = {"content": {"application/json": {"schema": _plain(body, schema)}}}
    return operation


def _plain(part: Any, schema: dict[str, Any], depth: int = 0) -> Any:
    """A part of a schema with what it refers to in its place."""
    if isinstance(part, list):
        return [_plain(each, schema, depth) for each in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        name = part["$ref"].rpartition("/")[2]
        return _plain(schema["$defs"][name], schema, depth + 1) if depth < _DEEPEST else {}
    return {key: _plain(value, schema, depth) for key, value in part.items()}


_DEEPEST = 5
