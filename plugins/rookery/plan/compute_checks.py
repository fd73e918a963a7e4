"""What may be said of a cluster in a plan."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from rookery.mistakes import Mistake

_DATABRICKS_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SECRET = re.compile(r"secret|password|token|(access|account|api)[._-]?key", re.IGNORECASE)
_REFERENCE = re.compile(r"\{\{secrets/[^/{}]+/[^/{}]+\}\}")

# The Clusters API accepts 10 to 10,000 minutes, or 0 for never: an idle cluster must not bill for ever.
_AUTOTERMINATION = range(10, 10_001)
# What the number of workers decides.
_NUM_WORKERS_DECIDES = ("spark.master", "spark.databricks.cluster.profile")
# Of 45 custom tags, some are Rookery's.
_MOST_TAGS = 40
_LONGEST_KEY, _LONGEST_VALUE = 127, 255
_CLOUDS = ("s3", "abfss", "gs")


def check_autotermination(minutes: int) -> Iterator[Mistake]:
    """A time after which an idle cluster ends."""
    if minutes not in _AUTOTERMINATION:
        yield Mistake(f"{minutes} is not in 10 to 10000; an idle cluster must not bill for ever")


def check_id(name: str | None) -> Iterator[Mistake]:
    """A name or an id of Databricks'; whether a workspace offers it is asked there."""
    if name is not None and not _DATABRICKS_ID.fullmatch(name):
        yield Mistake(f"{name!r} is not a name that Databricks could know")


def check_workers(number: int) -> Iterator[Mistake]:
    """A number of workers."""
    if number < 0:
        yield Mistake(f"{number} workers cannot be; it must be 0, which is a single node, or more")


def check_max_workers(most: int, fewest: int) -> Iterator[Mistake]:
    """An upper limit: the API wants it above the lower one."""
    if most <= fewest:
        yield Mistake(
            f"{most} is not above min_workers, which is {fewest}; for a fixed number, use num_workers"
        )


def check_min_workers(fewest: int) -> Iterator[Mistake]:
    """A lower limit, with which the cluster starts."""
    if fewest < 1:
        yield Mistake(f"{fewest} is below 1; a single node is num_workers=0 without autoscale")


def check_spark_conf(conf: Mapping[str, str]) -> Iterator[Mistake]:
    """Spark's properties."""
    for name, value in conf.items():
        if not name.startswith("spark."):
            yield Mistake("it is no property of Spark: their names begin with spark.", (name,))
        elif name in _NUM_WORKERS_DECIDES:
            yield Mistake("num_workers decides it; leave it out", (name,))
        else:
            yield from _check_secret(name, value)


def check_variables(variables: Mapping[str, str]) -> Iterator[Mistake]:
    """Environment variables."""
    for name, value in variables.items():
        if not _VARIABLE.fullmatch(name):
            yield Mistake("it is no name of a variable: letters, digits and '_', not a digit first", (name,))
        else:
            yield from _check_secret(name, value)


def check_tags(tags: Mapping[str, str]) -> Iterator[Mistake]:
    """Tags beside those that tell Rookery whose the cluster is."""
    if len(tags) > _MOST_TAGS:
        yield Mistake(f"{len(tags)} tags cannot be; a cluster has at most {_MOST_TAGS} beside Rookery's")
    for key, value in tags.items():
        if key.lower().startswith("rookery_") or key == "ResourceClass":
            yield Mistake("this tag is set by Rookery; choose another key", (key,))
        elif not 0 < len(key) <= _LONGEST_KEY or len(value) > _LONGEST_VALUE:
            yield Mistake(
                f"a key has 1 to {_LONGEST_KEY} characters, and a value at most {_LONGEST_VALUE}", (key[:50],)
            )


def check_init_scripts(paths: Sequence[str]) -> Iterator[Mistake]:
    """Paths of scripts, by which `init_script` knows where they are."""
    for index, path in enumerate(paths):
        if path.startswith("dbfs:"):
            yield Mistake(
                f"{path!r}: Databricks does not run init scripts from DBFS any more; put it into a Volume or "
                "the workspace",
                (index,),
            )
        elif not path.startswith(("/", *(f"{cloud}://" for cloud in _CLOUDS))) or ".." in path.split("/"):
            yield Mistake(
                f"{path!r} is neither in a Volume (/Volumes/…), in the workspace (/Users/…, /Shared/…), nor "
                "at s3://, abfss:// or gs://",
                (index,),
            )


def init_script(path: str) -> dict[str, dict[str, str]]:
    """A script as `clusters/create` takes it: the kind of place, and the path there."""
    kind = "volumes" if path.startswith("/Volumes/") else urlsplit(path).scheme or "workspace"
    return {kind: {"destination": path}}


def _check_secret(name: str, value: str) -> Iterator[Mistake]:
    if _SECRET.search(name) and not _REFERENCE.fullmatch(value):
        yield Mistake(
            "a secret in a plan can be read by many: put it into a secret scope of Databricks, and "
            "{{secrets/<scope>/<key>}} here",
            (name,),
        )
