"""The cluster that a plan asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated

from rookery.mistakes import Mistake
from rookery.parts import Part, checked
from rookery.workspace.clusters import ClusterRequest

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


class Compute(Part):
    """The cluster: single node, single user, no Photon."""

    node_type_id: Annotated[str, checked(_check_id)] = "Standard_DS3_v2"
    """As the workspace's cloud calls it."""
    autotermination_minutes: Annotated[int, checked(_check_autotermination)] = 20
    """Idle minutes, 10 to 10000, after which a cluster ends that nobody has terminated."""
    spark_version: Annotated[str | None, checked(_check_id)] = None
    """The Databricks runtime's key: one for machine learning on CPUs, without Photon, with Spark above 3.4.
    Without one, the newest of these that is not beta."""

    def request(self, name: str, owner: str, user_name: str) -> ClusterRequest:
        """The cluster of a run, by the names that the run gives it (`RunNames`)."""
        return ClusterRequest(
            name=name,
            owner=owner,
            user_name=user_name,
            node_type_id=self.node_type_id,
            autotermination_minutes=self.autotermination_minutes,
            spark_version=self.spark_version,
        )
