"""The cluster that a plan asks for, or the one that it uses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from rookery.mistakes import Mistake
from rookery.parts import Names, Part, checked
from rookery.plan.compute_checks import (
    check_autotermination,
    check_id,
    check_init_scripts,
    check_max_workers,
    check_min_workers,
    check_spark_conf,
    check_tags,
    check_variables,
    check_workers,
    init_script,
)
from rookery.workspace.compute.request import ClusterRequest, Workers

# Whose cloud has the value, and so in which field of `clusters/create` it goes.
_CLOUDS = {
    "ON_DEMAND": "aws_attributes",
    "SPOT_WITH_FALLBACK": "aws_attributes",
    "ON_DEMAND_AZURE": "azure_attributes",
    "SPOT_WITH_FALLBACK_AZURE": "azure_attributes",
    "ON_DEMAND_GCP": "gcp_attributes",
    "PREEMPTIBLE_WITH_FALLBACK_GCP": "gcp_attributes",
}
Availability = Literal[
    "ON_DEMAND",
    "SPOT_WITH_FALLBACK",
    "ON_DEMAND_AZURE",
    "SPOT_WITH_FALLBACK_AZURE",
    "ON_DEMAND_GCP",
    "PREEMPTIBLE_WITH_FALLBACK_GCP",
]


class Autoscale(Part):
    """Between how many workers the cluster scales; it starts with `min_workers`."""

    min_workers: Annotated[int, checked(check_min_workers)]
    """1 or more."""
    max_workers: Annotated[int, checked(check_max_workers, "min_workers")]
    """More than `min_workers`."""


def _check_autoscale(autoscale: Autoscale | None, num_workers: int) -> Iterator[Mistake]:
    if autoscale is not None and num_workers:
        yield Mistake(f"num_workers is {num_workers}; a cluster has a fixed number of workers or scales")


def _check_pool(pool_id: str | None, availability: str | None) -> Iterator[Mistake]:
    if pool_id is not None and availability is not None:
        yield Mistake("a pool decides which nodes it gives: leave out availability")


class Compute(Part):
    """The cluster: a single node unless it has workers; single user, no Photon."""

    node_type_id: Annotated[str, checked(check_id)] = "Standard_DS3_v2"
    """As the workspace's cloud calls it."""
    autotermination_minutes: Annotated[int, checked(check_autotermination)] = 20
    """Idle minutes, 10 to 10000, after which a cluster ends that nobody has terminated."""
    spark_version: Annotated[str | None, checked(check_id)] = None
    """The Databricks runtime's key: one for machine learning on CPUs, without Photon, with Spark above 3.4.
    Without one, the newest of these that is not beta."""
    num_workers: Annotated[int, checked(check_workers)] = 0
    """How many workers, each a node of that type, beside the driver. 0 is a single node, whose driver does
    everything: enough for what fits into its memory."""
    autoscale: Annotated[Autoscale | None, checked(_check_autoscale, "num_workers")] = None
    """In place of `num_workers`: between how many Databricks decides."""
    availability: Availability | None = None
    """What the workers' nodes are bought as, by the cloud's own word; `SPOT_WITH_FALLBACK…` are cheap ones,
    and others where there are none. The driver is never one of them. Without it, what the workspace does."""
    instance_pool_id: Annotated[str | None, checked(check_id), checked(_check_pool, "availability")] = None
    """A pool that gives the nodes, in place of `node_type_id`."""
    policy_id: Annotated[str | None, checked(check_id)] = None
    """A cluster policy that the request is to fulfil."""
    spark_conf: Annotated[dict[str, str], checked(check_spark_conf)] = {}  # noqa: RUF012 - pydantic copies it
    """Properties of Spark, such as `{"spark.sql.shuffle.partitions": "64"}`. No secrets, but references to
    them: `{{secrets/<scope>/<key>}}`."""
    spark_env_vars: Annotated[dict[str, str], checked(check_variables)] = {}  # noqa: RUF012
    """Environment variables of the cluster's processes; secrets as in `spark_conf`."""
    init_scripts: Annotated[Names, checked(check_init_scripts)] = ()
    """Paths of scripts that each node runs first: in a Volume, in the workspace, or in a cloud store."""
    custom_tags: Annotated[dict[str, str], checked(check_tags)] = {}  # noqa: RUF012
    """Tags of the cluster, which clouds show in their bills."""
    existing_cluster_id: Annotated[str | None, checked(check_id)] = None
    """A cluster that is there, in place of all this: it is started if it has ended, and neither terminated
    nor deleted."""

    def mistakes(self) -> Iterator[Mistake]:
        """What cannot be said of a cluster that is there already."""
        if self.existing_cluster_id is None:
            return
        for name, field in type(self).model_fields.items():
            if name != "existing_cluster_id" and getattr(self, name) != field.default:
                yield Mistake("existing_cluster_id names a cluster that is as it is: leave this out", (name,))

    def request(self, name: str, owner: str, user_name: str) -> ClusterRequest:
        """The cluster of a run, by the names that the run gives it (`RunNames`)."""
        return ClusterRequest(
            name=name,
            owner=owner,
            user_name=user_name,
            nodes=self.nodes,
            autotermination_minutes=self.autotermination_minutes,
            spark_version=self.spark_version,
            workers=self._workers,
            spark_conf=self.spark_conf,
            custom_tags=self.custom_tags,
            settings=self._settings(),
        )

    @property
    def nodes(self) -> str:
        """What the nodes are, in a few words."""
        return f"of the pool {self.instance_pool_id}" if self.instance_pool_id else self.node_type_id

    @property
    def shown(self) -> str:
        """The cluster, in a few words."""
        if self.existing_cluster_id:
            return f"the existing cluster {self.existing_cluster_id}"
        return f"a cluster of its own ({self.nodes}, {self._workers})"

    @property
    def bill(self) -> str:
        """From when to when a run has the cluster billed, in words."""
        if self.existing_cluster_id:
            return f"{self.shown}, which the run starts if need be, and does not end"
        return (
            f"{self.shown} from `create_cluster` to `terminate_cluster`, which also runs when the run fails"
        )

    @property
    def _workers(self) -> Workers:
        if self.autoscale is None:
            return Workers(self.num_workers, self.num_workers)
        return Workers(self.autoscale.min_workers, self.autoscale.max_workers)

    def _settings(self) -> dict[str, Any]:
        """The fields of `clusters/create` that are not in every request; one that is not said is not sent."""
        nodes = {"instance_pool_id": self.instance_pool_id} if self.instance_pool_id else {}
        bought = {"availability": self.availability, "first_on_demand": 1}
        said = {
            "policy_id": self.policy_id,
            "spark_env_vars": self.spark_env_vars,
            "init_scripts": [init_script(path) for path in self.init_scripts],
            **({_CLOUDS[self.availability]: bought} if self.availability else {}),
        }
        return {
            **(nodes or {"node_type_id": self.node_type_id}),
            **{name: value for name, value in said.items() if value},
        }
