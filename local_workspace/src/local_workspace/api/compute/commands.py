"""Command execution 1.2: https://docs.databricks.com/api/azure/workspace/commandexecution"""

from pydantic import Field
from starlette.routing import Route

from local_workspace.api.wire import Answer, routes
from local_workspace.messages import Message
from local_workspace.runs.commands.contexts import Contexts

_VERSION = "1.2"


class CreateContext(Message):
    """contexts/create."""

    cluster_id: str = Field(alias="clusterId")
    language: str = "python"


class ContextId(Message):
    """A request about one context."""

    cluster_id: str = Field(default="", alias="clusterId")
    context_id: str = Field(default="", alias="contextId")


class Execute(ContextId):
    """commands/execute."""

    language: str = "python"
    command: str = ""


class CommandId(ContextId):
    """A request about one command."""

    command_id: str = Field(default="", alias="commandId")


def command_routes(contexts: Contexts) -> list[Route]:
    """Every method of Command execution 1.2."""
    return [
        *routes(
            "POST",
            "contexts/create",
            CreateContext,
            lambda m: {"id": contexts.create(m.cluster_id, m.language)},
            _VERSION,
        ),
        *routes("GET", "contexts/status", ContextId, lambda m: _context(contexts, m), _VERSION),
        *routes("POST", "contexts/destroy", ContextId, lambda m: _destroy(contexts, m), _VERSION),
        *routes("POST", "commands/execute", Execute, lambda m: _execute(contexts, m), _VERSION),
        *routes("GET", "commands/status", CommandId, lambda m: _command(contexts, m), _VERSION),
        *routes("POST", "commands/cancel", CommandId, lambda m: _cancel(contexts, m), _VERSION),
    ]


def _context(contexts: Contexts, request: ContextId) -> Answer:
    context = contexts.get(request.cluster_id, request.context_id)
    return {"id": context.id, "status": context.status}


def _destroy(contexts: Contexts, request: ContextId) -> Answer:
    contexts.destroy(request.cluster_id, request.context_id)
    return {"id": request.context_id}


def _execute(contexts: Contexts, request: Execute) -> Answer:
    return {"id": contexts.execute(request.cluster_id, request.context_id, request.language, request.command)}


def _command(contexts: Contexts, request: CommandId) -> Answer:
    command = contexts.command(request.cluster_id, request.context_id, request.command_id)
    return {"id": command.id, "status": command.status, "results": command.results or None}


def _cancel(contexts: Contexts, request: CommandId) -> Answer:
    contexts.cancel(request.cluster_id, request.context_id, request.command_id)
    return {"id": request.command_id}
