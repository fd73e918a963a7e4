"""Which Databricks runtime a cluster gets, chosen as the lab chooses it by hand."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from rookery.exceptions import ClusterError

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
    """The key of the newest machine-learning runtime by the lab's rule: not beta, no GPU, no Photon,
    Scala > 2.11, Spark > 3.4.

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
