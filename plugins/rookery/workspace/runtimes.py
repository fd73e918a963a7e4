"""What a workspace offers for a cluster: node types, and the runtime that a cluster gets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

from rookery.exceptions import ClusterError, PlanError

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.service.compute import NodeType

_KEY = re.compile(r"(?P<major>\d+)\.(?:(?P<minor>\d+)\.)?x-cpu-ml-scala(?P<scala>\d+\.\d+)")
_NAME = re.compile(r"\(includes Apache Spark (?P<spark>\d+(?:\.\d+)*), Scala (?P<scala>\d+\.\d+)\)")

# "18.x" stands for whatever 18 brings next, so it is newer than 18.2.
_UMBRELLA = 10_000


class SparkVersion(NamedTuple):
    """One row of `clusters/spark-versions`, e.g. key "18.x-cpu-ml-scala2.13"
    and name "18 LTS ML (includes Apache Spark 4.1.0, Scala 2.13)"."""

    key: str
    name: str


class _Runtime(NamedTuple):
    major: int
    minor: int
    scala: tuple[int, ...]
    spark: tuple[int, ...]
    key: str


def choose_spark_version(versions: Iterable[SparkVersion], *, long_term_support: bool = False) -> str:
    """The key of the newest machine-learning runtime that is not beta, without GPU and Photon, with
    Scala > 2.11 and Spark > 3.4.

    Spark is compared by major and minor version: 3.4.1 is not newer than 3.4. Versions are compared as
    numbers, never as text; of two builds of one runtime the one for the newer Scala is taken.
    `long_term_support` keeps to the LTS runtimes. Raises ClusterError if none fits.
    """
    offered = list(versions)
    candidates = [runtime for version in offered if (runtime := _acceptable(version, long_term_support))]
    if not candidates:
        names = ", ".join(version.key for version in offered) or "none"
        raise ClusterError(
            "the workspace offers no machine-learning runtime that is not beta and has no GPU, Scala > 2.11 "
            f"and Spark > 3.4 (offered: {names}); name one in the plan with Compute(spark_version=…)"
        )
    return max(candidates).key


def newest_runtime(workspace: WorkspaceClient) -> str:
    """The runtime that `choose_spark_version` chooses in this workspace."""
    return choose_spark_version(_offered(workspace))


def runtime_fact(wanted: str | None, workspace: WorkspaceClient) -> str:
    """The runtime that a cluster would get, in words. Raises PlanError for one that cannot train here."""
    offered = _offered(workspace)
    if wanted is None:
        return f"{choose_spark_version(offered)}, the newest for machine learning"
    names = {version.key: version.name for version in offered}
    if wanted not in names:
        raise PlanError(f"the workspace has no runtime {wanted!r}{_like(wanted, names)}")
    if not is_acceptable(SparkVersion(wanted, names[wanted])):
        fitting = {version.key: version.name for version in offered if is_acceptable(version)}
        raise PlanError(
            f"{wanted} ({names[wanted]}) cannot train: what is needed is a runtime for machine learning on "
            f"CPUs, not beta, without Photon, with Spark above 3.4{_like(wanted, fitting)}"
        )
    return f"{wanted}: {names[wanted]}"


def node_type_fact(wanted: str, workspace: WorkspaceClient) -> str:
    """The node type in words. Raises PlanError for one that the workspace does not offer, or not now."""
    # https://docs.databricks.com/api/azure/workspace/clusters/listnodetypes
    offered = {each.node_type_id: each for each in workspace.clusters.list_node_types().node_types or []}
    if wanted not in offered:
        raise PlanError(f"the workspace does not offer {wanted!r}{_like(wanted, offered)}")
    found = offered[wanted]
    obstacles = _obstacles(found)
    if obstacles:
        raise PlanError(f"{wanted} is {', '.join(obstacles)} here; choose another node type")
    return f"{wanted}: {found.num_cores:g} cores, {found.memory_mb / 1024:g} GiB"


def is_acceptable(version: SparkVersion) -> bool:
    """Whether the rule of `choose_spark_version` lets the runtime be chosen."""
    return _acceptable(version) is not None


def _acceptable(version: SparkVersion, long_term_support: bool = False) -> _Runtime | None:
    key = _KEY.fullmatch(version.key)
    name = _NAME.search(version.name)
    words = version.name.split()
    if not key or not name or "Beta" in words:
        return None
    if long_term_support and "LTS" not in words:
        return None
    scala, spark = _numbers(name["scala"]), _numbers(name["spark"])
    if scala <= (2, 11) or spark[:2] <= (3, 4):
        return None
    minor = int(key["minor"]) if key["minor"] else _UMBRELLA
    return _Runtime(int(key["major"]), minor, scala, spark, version.key)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


def _offered(workspace: WorkspaceClient) -> list[SparkVersion]:
    # https://docs.databricks.com/api/azure/workspace/clusters/sparkversions
    versions = workspace.clusters.spark_versions().versions or []
    return [SparkVersion(str(each.key), str(each.name)) for each in versions]


def _obstacles(node_type: NodeType) -> list[str]:
    statuses = (node_type.node_info and node_type.node_info.status) or []
    return [*(["deprecated"] if node_type.is_deprecated else []), *(status.value for status in statuses)]


def _like(wanted: str, offered: Mapping[str, object]) -> str:
    close = get_close_matches(wanted, offered, n=3, cutoff=0.4)
    return f"; it offers {', '.join(close)}" if close else ""
