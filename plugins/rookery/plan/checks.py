"""What the fields of a plan must fulfil beyond their types, each in a function of its own (see
`parts.checked`)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus, urlsplit

from rookery.plan.mistakes import Mistake, did_you_mean
from rookery_jobs.contract import (
    METRICS,
    ContractError,
    check_as_of_column,
    check_columns,
    check_split_key,
    check_split_sizes,
    model_name_problem,
    unknown_metric,
)
from rookery_jobs.grid import ALGORITHMS, GridError, convert, expand

if TYPE_CHECKING:
    from rookery.plan.training import Endpoint, Features, RandomSplit, Sweep

_SAFE_PATH = re.compile(r"(?:/[A-Za-z0-9_][A-Za-z0-9_.=-]*)+/?")
_ENDPOINT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")
_DATABRICKS_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_WORKLOAD_SIZES = ("Small", "Medium", "Large")

# Parameters, in lower case, that let their bearer in: shared access signatures of Azure, pre-signed URLs of
# AWS and Google (V4 and older), and tokens by their usual names.
_SECRETS = frozenset(
    {
        "access_token",
        "api_key",
        "apikey",
        "auth_token",
        "password",
        "private_token",
        "secret",
        "sig",
        "signature",
        "token",
        "x-amz-security-token",
        "x-amz-signature",
        "x-goog-signature",
    }
)

# The Clusters API accepts 10 to 10,000 minutes, or 0 for never: an idle cluster must not bill for ever.
_AUTOTERMINATION = range(10, 10_001)
_SEEDS = range(-(2**63), 2**63)


def source_url(url: str) -> Iterator[Mistake]:
    """See `source_problem`."""
    problem = source_problem(url)
    if problem:
        yield Mistake(problem)


def source_problem(url: str) -> str | None:
    """Why a source URL is refused, or None: https, http, or a relative path under `data/`.

    The URL of a plan is in Airflow's database, forms and pages: one that gives access by itself is refused.
    """
    try:
        parts = urlsplit(url)
    except ValueError as error:
        return f"it is not a URL: {error}"
    if secrets := _secrets_in(parts.query):
        return (
            f"its query has {', '.join(secrets)}: whoever has that may read the file, and Airflow stores and "
            "shows it; use an address that needs no secret (allowed_hosts lets it be a private one), or "
            "data/<name>.csv"
        )
    if parts.scheme in ("http", "https"):
        if not parts.hostname:
            return f"{url!r} names no host"
        if parts.username or parts.password:
            return "it carries a user name or password, which would end in logs; use a URL without them"
        return None
    steps = url.split("/")
    if parts.scheme or steps[0] != "data" or len(steps) < 2 or not set(steps).isdisjoint({"", ".", ".."}):
        return f"{url!r} is neither an https or http URL nor a file under the project's data/ folder"
    if not url.isprintable() or "\\" in url:
        return f"{url!r} has characters that a file name here may not have"
    return None


def _secrets_in(query: str) -> list[str]:
    names = [unquote_plus(each.partition("=")[0]) for each in re.split("[&;]", query)]
    return [name for name in names if name.lower() in _SECRETS]


def host_names(hosts: Sequence[str]) -> Iterator[Mistake]:
    """Bare names, as they are compared with a URL's."""
    for index, host in enumerate(hosts):
        if not host or urlsplit(f"//{host}").hostname != host.lower():
            yield Mistake(f"{host!r} is not a host name (write it without scheme and port)", (index,))


def features(given: Features) -> Iterator[Mistake]:
    """At least one column, none twice, and none that the pipeline makes itself."""
    # The label has a check of its own; this one is none of the features, however they are called.
    other = "_".join((*given.categorical, *given.numeric, "label"))
    try:
        check_columns(given.categorical, given.numeric, other)
    except ContractError as error:
        yield Mistake(str(error))


def label(name: str, given: Features) -> Iterator[Mistake]:
    """A column that is none of the features."""
    if name in (*given.categorical, *given.numeric):
        yield Mistake(f"{name!r} is also a feature; a model that is told the answer learns nothing")
        return
    try:
        check_columns(given.categorical, given.numeric, name)
    except ContractError as error:
        yield Mistake(str(error))


def as_of_column(name: str | None, given: Features, label_name: str) -> Iterator[Mistake]:
    """A column that is neither a feature nor the label."""
    if name is None:
        return
    try:
        check_as_of_column(name, (*given.categorical, *given.numeric), label_name)
    except ContractError as error:
        yield Mistake(str(error))


def split_sizes(test_size: float, validation_size: float) -> Iterator[Mistake]:
    """Shares of the rows that leave some to train on."""
    try:
        check_split_sizes(validation_size, test_size)
    except ContractError as error:
        yield Mistake(str(error))


def seed(value: int) -> Iterator[Mistake]:
    """A number that Spark's hash takes."""
    if value not in _SEEDS:
        yield Mistake(f"{value} is not in -2**63 to 2**63 - 1")


def split(given: RandomSplit, label_name: str) -> Iterator[Mistake]:
    """A `split_key` that is not the label."""
    if given.split_key is None:
        return
    try:
        check_split_key(given.split_key, label_name)
    except ContractError as error:
        yield Mistake(str(error), ("split_key",))


def sweeps(given: Sequence[Sweep]) -> Iterator[Mistake]:
    """At least one sweep, each with another algorithm, and not too many points."""
    if not given:
        yield Mistake("it is empty; give at least one Sweep(algorithm=…, grid=…)")
        return
    seen: set[str] = set()
    for index, sweep in enumerate(given):
        if sweep.algorithm in seen:
            yield Mistake(f"{sweep.algorithm} is in the plan twice; join its grids", (index, "algorithm"))
        seen.add(sweep.algorithm)
    yield from _refused(partial(expand, [(sweep.algorithm, sweep.grid) for sweep in given]))


def algorithm(name: str) -> Iterator[Mistake]:
    """One that `rookery_jobs.grid` knows."""
    if name not in ALGORITHMS:
        known = ", ".join(ALGORITHMS)
        yield Mistake(f"unknown algorithm {name!r}{did_you_mean(name, ALGORITHMS) or f'; known are {known}'}")


def grid(given: Mapping[str, Sequence[object]], algorithm_name: str) -> Iterator[Mistake]:
    """Parameters that the algorithm has, each with values that Spark takes."""
    if not given:
        yield Mistake("it is empty; give at least one parameter with its values, or Spark's default of one")
    for name, values in given.items():
        yield from _parameter(algorithm_name, name, values)


def _parameter(algorithm_name: str, name: str, values: Sequence[object]) -> Iterator[Mistake]:
    known = ALGORITHMS[algorithm_name]
    if name not in known:
        hint = did_you_mean(name, known) or f"; it has {', '.join(known)}"
        yield Mistake(f"{algorithm_name} has no parameter {name!r}{hint}", (name,))
        return
    if not values:
        yield Mistake("its list is empty; give at least one value or leave it out", (name,))
    for value in values:
        yield from _refused(partial(convert, algorithm_name, name, value), (name,))


def _refused(attempt: Callable[[], object], place: tuple[str, ...] = ()) -> Iterator[Mistake]:
    try:
        attempt()
    except GridError as error:
        yield Mistake(str(error), place)


def metric(name: str) -> Iterator[Mistake]:
    """One that Spark's evaluator computes."""
    if name not in METRICS:
        yield Mistake(unknown_metric(name, did_you_mean(name, METRICS)))


def threshold(value: float) -> Iterator[Mistake]:
    """A value that a metric can have: all of them are shares."""
    if not 0 <= value <= 1:
        yield Mistake(f"{value:g} is not in 0 to 1, where all metrics are")


def model_name(name: str) -> Iterator[Mistake]:
    """A name that its registry takes: Unity Catalog's for three parts, else the workspace's."""
    problem = model_name_problem(name)
    if problem:
        yield Mistake(f"{name!r} {problem}")


def endpoint_name(name: str) -> Iterator[Mistake]:
    """A name that the Serving API takes."""
    if not _ENDPOINT_NAME.fullmatch(name):
        yield Mistake(
            f"{name!r} is refused: at most 63 letters, digits, '-' and '_', beginning with a letter or digit"
        )


def workload_size(size: str) -> Iterator[Mistake]:
    """One of the Serving API's sizes for CPU endpoints."""
    if size not in _WORKLOAD_SIZES:
        yield Mistake(f"{size!r} is unknown; known are {', '.join(_WORKLOAD_SIZES)}")


def requests(endpoint: Endpoint, given: Features) -> Iterator[Mistake]:
    """Records with the features and nothing else."""
    if endpoint.dataframe_records == ():
        yield Mistake("it is empty; give at least one record or leave it out", ("dataframe_records",))
    columns = {*given.categorical, *given.numeric}
    for index, record in enumerate(endpoint.dataframe_records or ()):
        if set(record) != columns:
            yield Mistake(
                f"it must have the features {', '.join(sorted(columns))}, not "
                f"{', '.join(sorted(record)) or 'nothing'}",
                ("dataframe_records", index),
            )


def autotermination_minutes(minutes: int) -> Iterator[Mistake]:
    """A time after which an idle cluster ends."""
    if minutes not in _AUTOTERMINATION:
        yield Mistake(f"{minutes} is not in 10 to 10000; an idle cluster must not bill for ever")


def databricks_id(name: str | None) -> Iterator[Mistake]:
    """A node type's or a runtime's name; whether a workspace offers it is asked there."""
    if name is not None and not _DATABRICKS_ID.fullmatch(name):
        yield Mistake(f"{name!r} is not a name that Databricks could know")


def data_root(root: str) -> Iterator[Mistake]:
    """A folder on DBFS or in a Volume."""
    path = root.removeprefix("dbfs:")
    on_dbfs = root.startswith("dbfs:/") and not path.startswith("/Volumes/")
    on_volume = root.startswith("/Volumes/") and len(path.strip("/").split("/")) >= 4
    if not _SAFE_PATH.fullmatch(path) or not (on_dbfs or on_volume):
        yield Mistake(
            f"{root!r} is neither dbfs:/<folder> nor /Volumes/<catalog>/<schema>/<volume>/…, of letters, "
            "digits, '_', '-', '.' and '='"
        )
