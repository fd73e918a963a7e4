"""Buttons on a task's page that lead into the workspace, there while the task still runs."""

from typing import Any
from urllib.parse import quote

import attrs
from airflow.sdk import BaseOperatorLink

from rookery_jobs.contract import TAG_SNAPSHOT, catalog_name


@attrs.define()
class WorkspaceLink(BaseOperatorLink):
    """A link whose address the task finds out as it runs, and tells with `DatabricksOperator.show_link`."""

    @property
    def name(self) -> str:
        """What the button says."""
        raise NotImplementedError

    def get_link(self, operator: Any, *, ti_key: Any) -> str:  # noqa: ARG002 - Airflow's signature
        """The address shown so far, for Airflow's own storing of links when a task ends."""
        shown: dict[str, str] = getattr(operator, "shown_links", {})
        return shown.get(self.xcom_key, "")


@attrs.define()
class ClusterLink(WorkspaceLink):
    """The cluster's page."""

    @property
    def name(self) -> str:
        return "Databricks cluster"


@attrs.define()
class JobRunLink(WorkspaceLink):
    """The job run's page, as the Jobs API gives it."""

    @property
    def name(self) -> str:
        return "Databricks run"


@attrs.define()
class ExperimentLink(WorkspaceLink):
    """The MLflow experiment's page."""

    @property
    def name(self) -> str:
        return "MLflow experiment"


@attrs.define()
class MlflowRunLink(WorkspaceLink):
    """The MLflow run's page."""

    @property
    def name(self) -> str:
        return "MLflow run"


@attrs.define()
class ModelVersionLink(WorkspaceLink):
    """The registered model version's page."""

    @property
    def name(self) -> str:
        return "Model version"


@attrs.define()
class EndpointLink(WorkspaceLink):
    """The serving endpoint's page."""

    @property
    def name(self) -> str:
        return "Serving endpoint"


def cluster_page(workspace_url: str, cluster_id: str) -> str:
    """Address of a cluster's page in a workspace."""
    return f"{workspace_url}/compute/clusters/{quote(cluster_id)}"


def experiment_page(workspace_url: str, experiment_id: str) -> str:
    """Address of the page of an MLflow experiment's runs: without `/runs`, MLflow 3 opens that of traces."""
    return f"{workspace_url}/ml/experiments/{quote(experiment_id)}/runs"


def snapshot_page(workspace_url: str, experiment_id: str, snapshot_digest: str) -> str:
    """Address of an experiment's page that shows the runs on one snapshot: of this sweep, and of others on
    the same data, whose points it does not fit again. The filter is written as MLflow's own pages do it."""
    filtered = quote(f"tags.`{TAG_SNAPSHOT}` = '{snapshot_digest}'", safe="")
    return f"{experiment_page(workspace_url, experiment_id)}?searchFilter={filtered}"


def mlflow_run_page(workspace_url: str, experiment_id: str, run_id: str) -> str:
    """Address of an MLflow run's page in a workspace."""
    return f"{experiment_page(workspace_url, experiment_id)}/{quote(run_id)}"


def model_version_page(workspace_url: str, registered_model_name: str, version: str) -> str:
    """Address of a model version's page: in the Catalog Explorer for a Unity Catalog name."""
    if parts := catalog_name(registered_model_name):
        path = "/".join(quote(part, safe="") for part in parts)
        return f"{workspace_url}/explore/data/models/{path}/version/{quote(version)}"
    return f"{workspace_url}/ml/models/{quote(registered_model_name, safe='')}/versions/{quote(version)}"


def endpoint_page(workspace_url: str, endpoint_name: str) -> str:
    """Address of a serving endpoint's page in a workspace."""
    return f"{workspace_url}/ml/endpoints/{quote(endpoint_name)}"
