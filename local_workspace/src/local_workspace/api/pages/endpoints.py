"""The page of a serving endpoint, and the list of endpoints."""

from typing import Any
from urllib.parse import quote

from starlette.routing import Route

from local_workspace.api.pages.layout import Link, Page, Table, Text, moment, page_route
from local_workspace.api.pages.model_versions import version_address
from local_workspace.serving.endpoints import Endpoints
from local_workspace.settings import Settings

_ENTITY_COLUMNS = ("Served entity", "Model version", "Traffic", "State", "Message")


def endpoint_pages(endpoints: Endpoints, settings: Settings) -> list[Route]:
    """`/ml/endpoints` and `/ml/endpoints/<name>`."""
    return [
        page_route("/ml/endpoints", lambda: _list(endpoints.list())),
        page_route("/ml/endpoints/{name}", lambda name: _endpoint(endpoints.get(name), settings)),
    ]


def _list(endpoints: list[dict[str, Any]]) -> Page:
    rows: list[tuple[str | Link, ...]] = [
        (
            Link(each["name"], f"/ml/endpoints/{quote(each['name'], safe='')}"),
            each["state"]["ready"],
            each["state"]["config_update"],
            moment(each["last_updated_timestamp"]),
        )
        for each in endpoints
    ]
    table = Table("By name", ("Endpoint", "Ready", "Update", "Last update"), rows)
    return Page("Serving endpoints", sections=(table,), changing=any(map(_changes, endpoints)))


def _endpoint(endpoint: dict[str, Any], settings: Settings) -> Page:
    facts = (
        ("State", endpoint["state"]["ready"]),
        ("Update", endpoint["state"]["config_update"]),
        ("Description", endpoint["description"] or "\N{EN DASH}"),
        ("Created", moment(endpoint["creation_timestamp"])),
        ("Last update", moment(endpoint["last_updated_timestamp"])),
    )
    configurations = [("Served", endpoint.get("config")), ("Being deployed", endpoint.get("pending_config"))]
    tables = [_entities(heading, config) for heading, config in configurations if config]
    tags: list[tuple[str | Link, ...]] = [(tag["key"], tag["value"]) for tag in endpoint["tags"]]
    sections: tuple[Table | Text, ...] = (
        *tables,
        _how_to_ask(endpoint["name"], settings),
        Table("Tags", ("Tag", "Value"), tags),
    )
    return Page(f"Endpoint {endpoint['name']}", facts, sections, _changes(endpoint))


def _entities(heading: str, config: dict[str, Any]) -> Table:
    shares = {
        route["served_entity_name"]: f"{route['traffic_percentage']} %"
        for route in config["traffic_config"]["routes"]
    }
    rows: list[tuple[str | Link, ...]] = [
        (
            entity["name"],
            _version(entity["entity_name"], entity["entity_version"]),
            shares.get(entity["name"], "0 %"),
            entity["state"]["deployment"],
            entity["state"]["deployment_state_message"],
        )
        for entity in config["served_entities"]
    ]
    return Table(heading, _ENTITY_COLUMNS, rows)


def _version(name: str, version: str) -> Link:
    return Link(f"{name}, version {version}", version_address(name, version))


def _how_to_ask(name: str, settings: Settings) -> Text:
    return Text(
        "How to ask it",
        f"curl {settings.link_origin}/serving-endpoints/{quote(name, safe='')}/invocations \\\n"
        '  -H "Authorization: Bearer $DATABRICKS_TOKEN" -H "Content-Type: application/json" \\\n'
        """  -d '{"dataframe_records": [{"<column>": <value>}]}'""",
    )


def _changes(endpoint: dict[str, Any]) -> bool:
    return bool(endpoint["state"]["config_update"] == "IN_PROGRESS")
