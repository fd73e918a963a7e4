"""The whole workspace: its parts put together, and the one ASGI application in front of them."""

import threading
import time
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.types import ASGIApp

from local_workspace.api.clusters import cluster_routes
from local_workspace.api.dbfs import Dbfs
from local_workspace.api.identity import Identity
from local_workspace.api.invocations import Invocations
from local_workspace.api.jobs import job_routes
from local_workspace.api.mlflow import DatabricksRules
from local_workspace.api.model_registry import ModelRegistry
from local_workspace.api.pages.clusters import cluster_pages
from local_workspace.api.pages.endpoints import endpoint_pages
from local_workspace.api.pages.mlflow_links import mlflow_links
from local_workspace.api.pages.runs import run_pages
from local_workspace.api.serving import Serving
from local_workspace.api.wire import error_response, no_such_route
from local_workspace.api.workspace import Workspace
from local_workspace.auth import TokenAuthentication
from local_workspace.clock import Clock
from local_workspace.engine.clusters import Clusters
from local_workspace.engine.dbfs_files import DbfsFiles
from local_workspace.engine.dbfs_handles import DbfsHandles
from local_workspace.engine.endpoints import Endpoints
from local_workspace.engine.mlflow_entities import MlflowEntities
from local_workspace.engine.mlflow_server import mlflow_server
from local_workspace.engine.processes import Processes
from local_workspace.engine.registered_models import RegisteredModels
from local_workspace.engine.runs import Runs
from local_workspace.engine.workspace_files import WorkspaceFiles
from local_workspace.errors import WorkspaceError
from local_workspace.settings import Settings
from local_workspace.store import Store

SECONDS_TO_STOP = 10.0


class LocalWorkspace:
    """Everything behind one origin: `start` before the first request, `stop`, then `close` after the last."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._store = Store(settings.database)
        self._processes = Processes(self._store)
        self._workspace_files = WorkspaceFiles(
            settings.workspace_files, self._store, clock, settings.user_name
        )
        self._dbfs = Dbfs(DbfsFiles(settings.dbfs), DbfsHandles(self._store, clock))
        mlflow = mlflow_server(settings)
        models = RegisteredModels(mlflow, settings.artifacts)
        self._clusters = Clusters(settings, self._store, clock, self._processes)
        self._runs = Runs(settings, self._store, clock, self._processes, self._clusters)
        self._endpoints = Endpoints(settings, self._store, clock, self._processes, models)
        routes = [
            *Identity(settings).routes(),
            *self._dbfs.routes(),
            *cluster_routes(self._clusters),
            *job_routes(self._runs),
            *Workspace(self._workspace_files).routes(),
            *ModelRegistry(models).routes(),
            *Serving(self._endpoints).routes(),
            *Invocations(self._endpoints).routes(),
            *run_pages(self._runs),
            *cluster_pages(self._clusters, self._runs),
            *endpoint_pages(self._endpoints, settings),
            *mlflow_links(MlflowEntities(mlflow)),
            Mount("/", DatabricksRules(mlflow.app, self._workspace_files)),
        ]
        self.asgi: ASGIApp = TokenAuthentication(_application(routes), settings)

    def start(self) -> None:
        """Clear what a killed server of this root left, and bring back what it served."""
        self._processes.end_leftovers()
        self._clusters.start()
        self._runs.start()
        self._endpoints.start()

    def stop(self) -> list[str]:
        """End every process of the workspace; the names of those that ran.

        Takes ten seconds at most: a process that has not ended by then is left to be killed.
        """
        running = self._processes.names()
        deadline = time.monotonic() + SECONDS_TO_STOP
        endpoints = threading.Thread(target=self._endpoints.stop, name="end of endpoints", daemon=True)
        endpoints.start()
        # Half of the time for the runs, as their drivers have to end after them.
        self._runs.stop(deadline - SECONDS_TO_STOP / 2)
        self._clusters.stop(deadline)
        endpoints.join(max(0.0, deadline - time.monotonic()))
        return running

    def close(self) -> None:
        """Close the store; no request may be answered any more."""
        self._store.close()


def _application(routes: list[BaseRoute]) -> Starlette:
    return Starlette(
        routes=routes,
        exception_handlers={
            HTTPStatus.METHOD_NOT_ALLOWED: _no_such_route,
            Exception: _internal_error,
        },
    )


async def _no_such_route(request: Request, _: Exception) -> Response:
    return error_response(no_such_route(request.scope))


async def _internal_error(request: Request, _: Exception) -> Response:
    """The traceback is in the server's log; its text may hold what the caller should not see."""
    return error_response(
        WorkspaceError(
            f"The workspace failed to answer {request.method} {request.url.path}; see its server.log."
        )
    )
