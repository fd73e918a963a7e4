"""The run's cluster: created, waited for, terminated, each in a task of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from rookery.links import ClusterLink, cluster_page
from rookery.operators.bases.databricks import DatabricksOperator
from rookery.operators.bases.own_state import begin_to_ask, left_by, may_have_asked, require_wanted
from rookery.plan.compute import Compute
from rookery.workspace import clusters

if TYPE_CHECKING:
    from airflow.sdk import BaseOperatorLink, Context


class ClusterOperator(DatabricksOperator):
    """Base of the operators that show a cluster's page."""

    operator_extra_links: Sequence[BaseOperatorLink] = (ClusterLink(),)

    def show_cluster(self, context: Context, cluster_id: str) -> None:
        """Show the link to the cluster."""
        self.show_link(context, ClusterLink(), cluster_page(self.workspace_url, cluster_id))


class CreateClusterOperator(ClusterOperator):
    """Ask for the run's cluster and return its id at once, without waiting for it. One that is there already
    (`existing_cluster_id`) is started if it has ended.

    A cluster that an earlier try has asked for is adopted. Raises TaskStopped if its run does not want it any
    more, and leaves none then.
    """

    repeated_seconds = 15  # what is asked for is repeated by ourselves, after a look

    template_fields: Sequence[str] = ("cluster_name", "owner_tag", "user_name", "plan")

    def __init__(
        self, *, cluster_name: str, owner_tag: str, user_name: str, plan: dict[str, Any], **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.cluster_name = cluster_name
        self.owner_tag = owner_tag
        self.user_name = user_name
        self.plan = plan

    def execute(self, context: Context) -> str:
        compute = Compute.model_validate(self.plan["compute"])
        if compute.existing_cluster_id:
            self.show_cluster(context, compute.existing_cluster_id)
            return clusters.use_existing(self.workspace, compute.existing_cluster_id)
        wanted = compute.request(self.cluster_name, self.owner_tag, self.user_name)
        instance = context["ti"]
        begin_to_ask(instance)
        cluster_id = clusters.ask_for(
            self.workspace, wanted, lambda: require_wanted(instance), clock=self.clock
        )
        self.show_cluster(context, cluster_id)
        return cluster_id


class WaitForClusterOperator(ClusterOperator):
    """Wait until the cluster is RUNNING. Raises ClusterError with Databricks' reason if it is not to be."""

    template_fields: Sequence[str] = ("cluster_id",)

    def __init__(self, *, cluster_id: str, timeout: timedelta = timedelta(minutes=25), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.cluster_id = cluster_id
        self.timeout = timeout

    def execute(self, context: Context) -> None:
        self.show_cluster(context, self.cluster_id)
        is_retry = context["ti"].try_number > 1
        clusters.wait_until_running(self.workspace, self.cluster_id, is_retry=is_retry, timeout=self.timeout)


class TerminateClusterOperator(ClusterOperator):
    """Terminate every cluster with the run's name and owner tag, and see it TERMINATED. One that was there
    already has no such tag, and stays.

    It needs no id: a cluster whose creating task `creates` died before it could tell is found as well. While
    that task's request may be under way, the look lasts longer than the request.
    """

    template_fields: Sequence[str] = ("cluster_name", "owner_tag")
    repeated_seconds = 15  # the whole look is repeated

    def __init__(
        self,
        *,
        cluster_name: str,
        owner_tag: str,
        creates: str = "create_cluster",
        timeout: timedelta = timedelta(minutes=15),
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.cluster_name = cluster_name
        self.owner_tag = owner_tag
        self.creates = creates
        self.timeout = timeout

    def execute(self, context: Context) -> None:
        instance = context["ti"]
        # Who marks a task a success leaves no id.
        created = left_by(instance, self.creates)
        clusters.end(
            self.workspace,
            self.cluster_name,
            self.owner_tag,
            created,
            may_come=created is None and may_have_asked(instance, self.creates),
            timeout=self.timeout,
            told=lambda cluster_id: self.show_cluster(context, cluster_id),
            clock=self.clock,
        )
