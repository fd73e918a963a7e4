"""What all operators of this package share: the workspace of one Airflow connection, and links to it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from rookery.hooks.databricks import workspace_client, workspace_url

if TYPE_CHECKING:
    from airflow.sdk import Context
    from databricks.sdk import WorkspaceClient

    from rookery.links import WorkspaceLink


class DatabricksOperator(BaseOperator):
    """An operator that talks to the Databricks workspace of `databricks_conn_id`.

    Errors of the workspace are not wrapped: `databricks.sdk.errors.DatabricksError` carries its own text.
    """

    ui_color: str = "#fde7df"

    def __init__(self, *, databricks_conn_id: str = "databricks_default", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.databricks_conn_id = databricks_conn_id
        self.shown_links: dict[str, str] = {}

    @cached_property
    def workspace(self) -> WorkspaceClient:
        """The client of the connection's workspace."""
        return workspace_client(self.databricks_conn_id)

    @cached_property
    def workspace_url(self) -> str:
        """The address of the connection's workspace."""
        return workspace_url(self.databricks_conn_id)

    def show_link(self, context: Context, link: WorkspaceLink, url: str) -> None:
        """Make the link's button lead to `url` from now on, not only when the task has ended."""
        self.shown_links[link.xcom_key] = url
        context["ti"].xcom_push(key=link.xcom_key, value=url)
        self.log.info("%s: %s", link.name, url)
