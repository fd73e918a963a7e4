"""What the operators of this package share: the workspace of one connection, links to it, the plan."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import cached_property, wraps
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowSkipException, AirflowTaskTimeout

from rookery.exceptions import RookeryError, TaskStopped
from rookery.hooks.databricks import workspace_client, workspace_url
from rookery.operators.bases.own_state import SKIPPED_BECAUSE
from rookery.plan.training import TrainingPlan
from rookery.workspace.requests.polling import SYSTEM_CLOCK, Clock

if TYPE_CHECKING:
    from airflow.sdk import Context
    from databricks.sdk import WorkspaceClient

    from rookery.links import WorkspaceLink


def _told_plainly(execute: Callable[[Any, Context], Any]) -> Callable[[Any, Context], Any]:
    """Have errors of ours leave a task without the way that led to them: their message says what to do, and
    Airflow prints the way before it."""

    @wraps(execute)
    def told(self: Any, context: Context) -> Any:
        try:
            return execute(self, context)
        except RookeryError as error:
            error.__cause__, error.__suppress_context__ = None, True
            raise error.with_traceback(None)  # noqa: B904 - that is the point

    return told


class DatabricksOperator(BaseOperator):
    """An operator that talks to the Databricks workspace of `databricks_conn_id`.

    Errors of the workspace are not wrapped: `databricks.sdk.errors.DatabricksError` carries its own text.
    """

    ui_color: str = "#fde7df"

    repeated_seconds: ClassVar[int] = 300
    """How long the client repeats a request that got no answer."""
    clock: Clock = SYSTEM_CLOCK

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "execute" in vars(cls):
            cls.execute = _told_plainly(cls.execute)  # type: ignore[method-assign, assignment]

    def __init__(self, *, databricks_conn_id: str = "databricks_default", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.databricks_conn_id = databricks_conn_id
        self.shown_links: dict[str, str] = {}

    @cached_property
    def workspace(self) -> WorkspaceClient:
        """The client of the connection's workspace."""
        return workspace_client(self.databricks_conn_id, retry_timeout_seconds=self.repeated_seconds)

    @cached_property
    def workspace_url(self) -> str:
        """The address of the connection's workspace."""
        return workspace_url(self.databricks_conn_id)

    def on_kill(self) -> None:
        """Called by Airflow when the task has to stop: end it, wherever it is.

        Airflow itself lets a task go on until it kills the process seconds later (3.3: `_on_term`): by then
        it could have created what no teardown would find. Raises TaskStopped; what catches it may stop what
        goes on in the workspace, which a signal handler must not do: Airflow cannot be asked from there.
        """
        if isinstance(sys.exception(), AirflowTaskTimeout):
            return
        raise TaskStopped(
            "the task was stopped from outside: its state was changed in Airflow (marked, cleared or "
            "deleted), or its worker has to end"
        )

    def skipped(self, context: Context, reason: str) -> AirflowSkipException:
        """The exception by which the task skips itself. The reason is left for `verdict`: a mark skips tasks
        too, and leaves none."""
        self.log.info("Skipped: %s", reason)
        context["ti"].xcom_push(key=SKIPPED_BECAUSE, value=reason)
        return AirflowSkipException(reason)

    def show_link(self, context: Context, link: WorkspaceLink, url: str) -> None:
        """Make the link's button lead to `url` from now on, not only when the task has ended."""
        self.shown_links[link.xcom_key] = url
        context["ti"].xcom_push(key=link.xcom_key, value=url)
        self.log.info("%s: %s", link.name, url)


class PlanOperator(DatabricksOperator):
    """An operator that carries out a part of the run's plan: `plan` is the JSON that `resolve_plan` left."""

    template_fields: Sequence[str] = ("plan",)

    def __init__(self, *, plan: dict[str, Any] | None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.plan = plan

    @cached_property
    def training_plan(self) -> TrainingPlan:
        """The run's plan, validated once per task."""
        return TrainingPlan.model_validate(self.plan)
