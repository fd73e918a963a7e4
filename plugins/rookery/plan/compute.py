"""The cluster that a plan asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated

from rookery.mistakes import Mistake
from rookery.parts import Part, checked
from rookery.workspace.clusters import ClusterRequest, Workers

_DATABRICKS_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")

# The Clusters API accepts 10 to 10,000 minutes, or 0 for never: an idle cluster must not bill for ever.
_AUTOTERMINATION = range(10, 10_001)


def _check_autotermination(minutes: int) -> Iterator[Mistake]:
    """A time after which an idle cluster ends."""
    if minutes not in _AUTOTERMINATION:
        yield Mistake(f"{minutes} is not in 10 to 10000; an idle cluster must not bill for ever")


def _check_id(name: str | None) -> Iterator[Mistake]:
    """A node type's or a runtime's name; whether a workspace offers it is asked there."""
    if name is not None and not _DATABRICKS_ID.fullmatch(name):
        yield Mistake(f"{name!r} is not a name that Databricks could know")


def _check_workers(number: int) -> Iterator[Mistake]:
    """A number of workers."""
    if number < 0:
        yield Mistake(f"{number} workers cannot be; it must be 0, which is a single node, or more")


def _check_max_workers(most: int, fewest: int) -> Iterator[Mistake]:
    """An upper limit: the API wants it above the lower one."""
    if most <= fewest:
        yield Mistake(
            f"{most} is not above min_workers, which is {fewest}; for a fixed number, use num_workers"
        )


def _check_min_workers(fewest: int) -> Iterator[Mistake]:
    """A lower limit, with which the cluster starts."""
    if fewest < 1:
        yield Mistake(f"{fewest} is below 1; a single node is num_workers=0 without autoscale")


# What the number of workers decides.
_NUM_WORKERS_DECIDES = ("spark.master", "spark.databricks.cluster.profile")
_SECRET = re.compile(r"secret|password|token|(access|account|api)[._-]?key", re.IGNORECASE)
_REFERENCE = re.compile(r"\{\{secrets/[^/{}]+/[^/{}]+\}\}")


def _check_spark_conf(conf: Mapping[str, str]) -> Iterator[Mistake]:
    """Spark's properties; the plan, with all that is in it, can be read in Airflow and in Databricks."""
    for name, value in conf.items():
        if not name.startswith("spark."):
            yield Mistake("it is no property of Spark: their names begin with spark.", (name,))
        elif name in _NUM_WORKERS_DECIDES:
            yield Mistake("num_workers decides it; leave it out", (name,))
        elif _SECRET.search(name) and not _REFERENCE.fullmatch(value):
            yield Mistake(
                "a secret in a plan can be read by many: put it into a secret scope of Databricks, and "
                "{{secrets/<scope>/<key>}} here",
                (name,),
            )


class Autoscale(Part):
    """Between how many workers the cluster scales; it starts with `min_workers`."""

    min_workers: Annotated[int, checked(_check_min_workers)]
    """1 or more."""
    max_workers: Annotated[int, checked(_check_max_workers, "min_workers")]
    """More than `min_workers`."""


def _check_autoscale(autoscale: Autoscale | None, num_workers: int) -> Iterator[Mistake]:
    if autoscale is not None and num_workers:
        yield Mistake(f"num_workers is {num_workers}; a cluster has a fixed number of workers or scales")


class Compute(Part):
    """The cluster: a single node unless it has workers; single user, no Photon."""

    node_type_id: Annotated[str, checked(_check_id)] = "Standard_DS3_v2"
    """As the workspace's cloud calls it."""
    autotermination_minutes: Annotated[int, checked(_check_autotermination)] = 20
    """Idle minutes, 10 to 10000, after which a cluster ends that nobody has terminated."""
    spark_version: Annotated[str | None, checked(_check_id)] = None
    """The Databricks runtime's key: one for machine learning on CPUs, without Photon, with Spark above 3.4.
    Without one, the newest of these that is not beta."""
    num_workers: Annotated[int, checked(_check_workers)] = 0
    """How many workers, each a node of that type, beside the driver. 0 is a single node, whose driver does
    everything: enough for what fits into its memory."""
    autoscale: Annotated[Autoscale | None, checked(_check_autoscale, "num_workers")] = None
    """In place of `num_workers`: between how many Databricks decides."""
    spark_conf: Annotated[dict[str, str], checked(_check_spark_conf)] = {}  # noqa: RUF012 - pydantic copies it
    """Properties of Spark, such as `{"spark.sql.shuffle.partitions": "64"}`. No secrets, but references to
    them: `{{secrets/<scope>/<key>}}`."""

    def request(self, name: str, owner: str, user_name: str) -> ClusterRequest:
        """The cluster of a run, by the names that the run gives it (`RunNames`)."""
        return ClusterRequest(
            name=name,
            owner=owner,
            user_name=user_name,
            node_type_id=self.node_type_id,
            autotermination_minutes=self.autotermination_minutes,
            spark_version=self.spark_version,
            workers=self._workers,
            spark_conf=self.spark_conf,
        )

    @property
    def shown(self) -> str:
        """The nodes, in a few words."""
        return f"{self.node_type_id}, {self._workers}"

    @property
    def _workers(self) -> Workers:
        if self.autoscale is None:
            return Workers(self.num_workers, self.num_workers)
        return Workers(self.autoscale.min_workers, self.autoscale.max_workers)
