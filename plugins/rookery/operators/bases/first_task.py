"""What the first task of every run does before anything else: it ends what earlier runs have left behind."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from rookery.hooks.databricks import workspace_client
from rookery.operators.bases.databricks import DatabricksOperator
from rookery.operators.bases.own_state import is_over
from rookery.workspace.left_behind import end_left_behind

if TYPE_CHECKING:
    from airflow.sdk import Context

# It must not hold a run up that a request is not answered.
_REPEATED_SECONDS = 15


class FirstTaskOperator(DatabricksOperator):
    """Base of the operators that settle what a run will do."""

    def end_left_behind(self, context: Context, installation: str) -> None:
        """End the clusters and endpoints of this installation's DAG runs that are over. What fails of it is a
        warning in the log."""
        workspace = workspace_client(self.databricks_conn_id, retry_timeout_seconds=_REPEATED_SECONDS)
        end_left_behind(workspace, installation, partial(is_over, context["ti"]))
