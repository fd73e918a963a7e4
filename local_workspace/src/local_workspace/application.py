"""The whole workspace: its parts put together, and the one ASGI application in front of them."""

import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from starlette.routing import BaseRoute, Mount
from starlette.types import ASGIApp

from local_workspace.api.compute.clusters import cluster_routes
from local_workspace.api.compute.commands import command_routes
from local_workspace.api.compute.libraries import library_routes
from local_workspace.api.compute.policies import policy_routes
from local_workspace.api.compute.pools import pool_routes
from local_workspace.api.dbfs import dbfs_routes
from local_workspace.api.files.directories import directory_routes
from local_workspace.api.files.files import file_routes
from local_workspace.api.files.signed import signed_routes
from local_workspace.api.files.urls import url_routes
from local_workspace.api.identity.me import identity_routes
from local_workspace.api.identity.oauth import oauth_routes
from local_workspace.api.identity.scim import scim_routes
from local_workspace.api.identity.tokens import token_routes
from local_workspace.api.jobs.jobs import job_routes
from local_workspace.api.jobs.runs import run_routes
from local_workspace.api.mlflow.catalog.model_versions import model_version_routes
from local_workspace.api.mlflow.catalog.registered_models import registered_model_routes
from local_workspace.api.mlflow.credentials import credential_routes
from local_workspace.api.mlflow.disabled_registry import disabled_registry_routes
from local_workspace.api.mlflow.model_registry import model_registry_routes
from local_workspace.api.mlflow.reviews import review_routes
from local_workspace.api.mlflow.rules import DatabricksRules
from local_workspace.api.mlflow.version_files import version_file_routes
from local_workspace.api.mlflow.volume_artifacts import VolumeArtifacts
from local_workspace.api.not_offered import empty_list_routes
from local_workspace.api.openapi import openapi, openapi_routes
from local_workspace.api.pages.clusters import cluster_pages
from local_workspace.api.pages.endpoints import endpoint_pages
from local_workspace.api.pages.mlflow_links import mlflow_links
from local_workspace.api.pages.model_versions import model_version_pages
from local_workspace.api.pages.runs import run_pages
from local_workspace.api.permissions import permission_routes
from local_workspace.api.routing import IndexedRouter
from local_workspace.api.secrets import secret_routes
from local_workspace.api.serving.endpoints import serving_routes
from local_workspace.api.serving.invocations import invocation_routes
from local_workspace.api.unity.catalogs import catalog_routes
from local_workspace.api.unity.grants import grant_routes
from local_workspace.api.unity.metastore import metastore_routes
from local_workspace.api.unity.model_versions import model_version_info_routes
from local_workspace.api.unity.models import model_routes
from local_workspace.api.unity.schemas import schema_routes
from local_workspace.api.unity.tables import table_routes
from local_workspace.api.unity.volumes import volume_routes
from local_workspace.api.workspace import workspace_routes
from local_workspace.api.workspace_conf import workspace_conf_routes
from local_workspace.auth import guarded
from local_workspace.clock import Clock
from local_workspace.clusters.clusters import Clusters
from local_workspace.files.dbfs import DbfsFiles
from local_workspace.files.dbfs_handles import DbfsHandles
from local_workspace.files.local_files import LocalFiles
from local_workspace.files.paths import canonical
from local_workspace.files.trees.trees import Access, Tree, Trees
from local_workspace.files.trees.uploads import Uploads
from local_workspace.files.workspace import DIRECTORY, FILE, NOTEBOOK, WorkspaceFiles
from local_workspace.identity.callers import Callers
from local_workspace.identity.principals import Principals
from local_workspace.mlflow.catalog.catalog import ModelCatalog
from local_workspace.mlflow.mlflow import Mlflow
from local_workspace.mlflow.reviews import Reviews
from local_workspace.permissions.permissions import Permissions
from local_workspace.processes.processes import Processes
from local_workspace.runs.commands.contexts import Contexts
from local_workspace.runs.job_clusters import JobClusters
from local_workspace.runs.jobs.jobs import Jobs
from local_workspace.runs.records import RunRecords
from local_workspace.runs.runs import Runs
from local_workspace.runs.task_runs.task_run import Services
from local_workspace.secrets.scopes import SecretScopes
from local_workspace.serving.endpoints import Endpoints
from local_workspace.settings import Kind, Settings
from local_workspace.signed_urls import SignedUrls
from local_workspace.store import Store
from local_workspace.unity.unity import UnityCatalog

SECONDS_TO_STOP = 10.0


class LocalWorkspace:
    """Everything behind one origin: `start` before the first request, `stop`, then `close` after the last."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._store = Store(settings.database)
        self._processes = Processes(self._store)
        files = WorkspaceFiles(settings.workspace_files, self._store, clock, settings.user_name)
        is_unity = settings.kind is Kind.UNITY
        dbfs = DbfsFiles(settings.dbfs, DbfsHandles(self._store, clock), is_disabled=is_unity)
        unity = UnityCatalog(settings, self._store, clock)
        catalog = ModelCatalog(settings, self._store, clock, unity)
        unity.has_models(catalog)
        mlflow = Mlflow(settings, catalog, partial(_dbfs_file, dbfs, unity.tree))
        signed_urls = SignedUrls(self._store, clock)
        trees = Trees([mlflow.artifacts.tree, mlflow.versions_tree, catalog.tree, unity.tree])
        uploads = Uploads(settings.uploads, clock)
        secrets = SecretScopes(settings, self._store, clock)
        local_files = LocalFiles(settings.dbfs, files)
        self._clusters = Clusters(
            settings, self._store, clock, self._processes, local_files, secrets.resolved
        )
        records = RunRecords(self._store, clock)
        jobs = Jobs(settings, self._store, clock)
        job_clusters = JobClusters(records, self._clusters)
        services = Services(
            settings, clock, records, self._processes, self._clusters, job_clusters, local_files
        )
        self._runs = Runs(services, jobs)
        self._contexts = Contexts(services, self._store)
        self._endpoints = Endpoints(settings, self._store, clock, self._processes, mlflow)
        exist: dict[str, Callable[[str], object]] = {
            "clusters": self._clusters.get,
            "cluster-policies": self._clusters.policies.get,
            "instance-pools": self._clusters.pools.get,
            "jobs": jobs.require,
            "experiments": mlflow.require_experiment,
            "registered-models": mlflow.require_model_id,
            "notebooks": partial(files.require, NOTEBOOK),
            "files": partial(files.require, FILE),
            "directories": partial(files.require, DIRECTORY),
            "serving-endpoints": self._endpoints.require_id,
        }
        principals = Principals(settings, self._store)
        callers = Callers(settings, self._store, clock, principals)
        permissions = Permissions(self._store, settings.user_name, exist)
        routes: list[BaseRoute] = [
            *(disabled_registry_routes() if is_unity else []),
            *identity_routes(settings, principals),
            *scim_routes(principals),
            *token_routes(callers, principals),
            *oauth_routes(callers),
            *dbfs_routes(dbfs),
            *file_routes(trees, uploads),
            *directory_routes(trees),
            *url_routes(trees, uploads, signed_urls),
            *signed_routes(trees, uploads, signed_urls),
            *cluster_routes(self._clusters),
            *policy_routes(self._clusters.policies),
            *pool_routes(self._clusters.pools, self._clusters),
            *library_routes(self._clusters),
            *job_routes(jobs, self._runs, permissions),
            *run_routes(self._runs),
            *command_routes(self._contexts),
            *permission_routes(permissions),
            *secret_routes(secrets),
            *workspace_routes(files),
            *workspace_conf_routes(self._store),
            *metastore_routes(settings),
            *catalog_routes(unity),
            *schema_routes(unity),
            *table_routes(unity),
            *volume_routes(unity),
            *grant_routes(unity),
            *model_routes(catalog),
            *model_version_info_routes(catalog),
            *credential_routes(mlflow.artifacts, trees, signed_urls),
            *model_registry_routes(mlflow),
            *review_routes(Reviews(self._store, clock, mlflow)),
            *version_file_routes(mlflow, trees, signed_urls),
            *registered_model_routes(catalog),
            *model_version_routes(catalog),
            *serving_routes(self._endpoints),
            *invocation_routes(self._endpoints, callers.details_of),
            *run_pages(self._runs),
            *cluster_pages(self._clusters, self._runs),
            *endpoint_pages(self._endpoints, settings),
            *mlflow_links(mlflow),
            *model_version_pages(catalog, mlflow),
            *empty_list_routes(),
        ]
        self.description = openapi(routes)
        routes += [
            *openapi_routes(self.description),
            Mount("/", DatabricksRules(mlflow.app, files, VolumeArtifacts(mlflow.artifacts, trees))),
        ]
        self.asgi: ASGIApp = guarded(IndexedRouter(routes), settings, signed_urls, callers)

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
        self._contexts.stop(deadline - SECONDS_TO_STOP / 2)
        self._runs.stop(deadline - SECONDS_TO_STOP / 2)
        self._clusters.stop(deadline)
        endpoints.join(max(0.0, deadline - time.monotonic()))
        return running

    def close(self) -> None:
        """Close the store; no request may be answered any more."""
        self._store.close()


def _dbfs_file(dbfs: DbfsFiles, volumes: Tree, path: str, access: Access) -> Path:
    """The file of a path of DBFS, or of one in a volume."""
    name = canonical(path)
    if name.startswith(volumes.prefix + "/"):
        return volumes.locate(name, access)
    return dbfs.local_path(name)
