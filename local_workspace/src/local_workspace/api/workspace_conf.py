"""Settings of the workspace: https://docs.databricks.com/api/azure/workspace/workspaceconf

They are recorded and shown; nothing here depends on them.
"""

from typing import Any

from pydantic import ConfigDict
from starlette.routing import Route

from local_workspace.api.wire import Answer, routes
from local_workspace.errors import InvalidParameterValue
from local_workspace.messages import Message
from local_workspace.store import Store

KEYS = frozenset(
    {
        "enableDbfsFileBrowser",
        "enableDcs",
        "enableDeprecatedClusterNamedInitScripts",
        "enableDeprecatedGlobalInitScripts",
        "enableExportNotebook",
        "enableIpAccessLists",
        "enableJobViewAcls",
        "enableNotebookTableClipboard",
        "enableResultsDownloading",
        "enableTokensConfig",
        "enableVerboseAuditLogs",
        "enableWebTerminal",
        "enforceUserIsolation",
        "maxTokenLifetimeDays",
        "storeInteractiveNotebookResultsInCustomerAccount",
    }
)


class Read(Message):
    """`keys`: names, separated by commas."""

    keys: str


class Write(Message):
    """Values by their names, all of them text."""

    model_config = ConfigDict(extra="allow")


def workspace_conf_routes(store: Store) -> list[Route]:
    """Read some settings; write some."""
    kept = store.collection("workspace_conf")

    def read(request: Read) -> Answer:
        names = [name.strip() for name in request.keys.split(",")]
        _check(names)
        values = kept.get("all") or {}
        return {name: values.get(name) for name in names}

    def write(request: Write) -> None:
        values: dict[str, Any] = request.model_extra or {}
        _check(list(values))
        with store.transaction():
            written = {name: None if value is None else str(value) for name, value in values.items()}
            kept.put("all", (kept.get("all") or {}) | written)

    return [*routes("GET", "workspace-conf", Read, read), *routes("PATCH", "workspace-conf", Write, write)]


def _check(names: list[str]) -> None:
    if unknown := sorted(set(names) - KEYS):
        raise InvalidParameterValue(f"Invalid keys: {', '.join(unknown)}.")
