"""What a plan must fulfil beyond the types of its fields: every mistake, with its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rookery_jobs.contract import METRICS, ContractError, check_columns
from rookery_jobs.grid import ALGORITHMS, GridError, convert, expand

if TYPE_CHECKING:
    from rookery.plan import Sweep, TrainingPlan

_SAFE_PATH = re.compile(r"(?:/[A-Za-z0-9_][A-Za-z0-9_.=-]*)+/?")
_ENDPOINT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")
_NODE_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_CATALOG_NAME = re.compile(r"[a-z0-9_][a-z0-9_-]*")
_WORKLOAD_SIZES = ("Small", "Medium", "Large")

# The Clusters API accepts 10 to 10,000 minutes, or 0 for never: an idle cluster must not bill for ever.
_AUTOTERMINATION = range(10, 10_001)


def problems(plan: TrainingPlan) -> list[str]:
    """Each mistake as one line, `place: what is wrong and what to do`; empty for a plan that can run."""
    checks = (_source, _columns, _split, _sweeps, _metrics, _registry, _endpoint, _compute, _data_root)
    return [problem for check in checks for problem in check(plan)]


def _source(plan: TrainingPlan) -> Iterator[str]:
    url = plan.source.url
    problem = source_problem(url)
    if problem:
        yield f"source.url: {problem}"
    for host in plan.source.allowed_hosts:
        if not host or urlsplit(f"//{host}").hostname != host.lower():
            yield f"source.allowed_hosts: {host!r} is not a host name (write it without scheme and port)"


def source_problem(url: str) -> str | None:
    """Why a source URL is refused, or None: https, http, or a relative path under `data/`."""
    parts = urlsplit(url)
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


def _columns(plan: TrainingPlan) -> Iterator[str]:
    features = (*plan.features.categorical, *plan.features.numeric)
    if plan.label in features:
        yield f"label: {plan.label!r} is also a feature; a model that is told the answer learns nothing"
        return
    try:
        check_columns(plan.features.categorical, plan.features.numeric, plan.label)
    except ContractError as error:
        yield f"features: {error}"


def _split(plan: TrainingPlan) -> Iterator[str]:
    split = plan.split
    if split.validation_size < 0 or split.test_size <= 0 or split.validation_size + split.test_size >= 1:
        yield (
            f"split: validation_size {split.validation_size:g} and test_size {split.test_size:g} leave no "
            "proper split; test_size must be above 0, validation_size at least 0, their sum below 1"
        )
    if split.split_key is not None and not split.split_key.strip():
        yield "split.split_key: it is empty; name a column or leave it out"


def _sweeps(plan: TrainingPlan) -> Iterator[str]:
    found: list[str] = []
    for index, sweep in enumerate(plan.sweep):
        if sweep.algorithm in {earlier.algorithm for earlier in plan.sweep[:index]}:
            found.append(f"sweep[{index}].algorithm: {sweep.algorithm} is in the plan twice; join its grids")
        found += _sweep(f"sweep[{index}]", sweep)
    if not found:
        found += _refusals("sweep", plan.candidates)
    yield from found


def _sweep(place: str, sweep: Sweep) -> Iterator[str]:
    known = ALGORITHMS.get(sweep.algorithm)
    if known is None or not sweep.grid:
        yield from _refusals(place, partial(expand, [(sweep.algorithm, sweep.grid)]))
        return
    for name, values in sweep.grid.items():
        if name not in known or not values:
            yield from _refusals(f"{place}.grid", partial(expand, [(sweep.algorithm, {name: values})]))
            continue
        for value in values:
            yield from _refusals(f"{place}.grid", partial(convert, sweep.algorithm, name, value))


def _refusals(place: str, attempt: Callable[[], object]) -> Iterator[str]:
    try:
        attempt()
    except GridError as error:
        yield f"{place}: {error}"


def _metrics(plan: TrainingPlan) -> Iterator[str]:
    named = [("metric", plan.metric)]
    named += [(f"gates[{index}].metric", gate.metric) for index, gate in enumerate(plan.gates)]
    for place, metric in named:
        if metric not in METRICS:
            yield f"{place}: unknown metric {metric!r}; known are {', '.join(METRICS)}"


def _registry(plan: TrainingPlan) -> Iterator[str]:
    name = plan.registry.registered_model_name
    problem = _model_name_problem(name)
    if problem:
        yield f"registry.registered_model_name: {name!r} {problem}"


def _model_name_problem(name: str) -> str | None:
    parts = name.split(".")
    if len(parts) == 3:
        if all(_CATALOG_NAME.fullmatch(part) and len(part) <= 255 for part in parts):
            return None
        return (
            "is no Unity Catalog name: each of catalog.schema.model may have lower-case letters, digits, "
            "'_' and '-', and no spaces"
        )
    if len(parts) == 2:
        return "has two parts; write catalog.schema.model for Unity Catalog, or a name without a dot"
    if not name.strip() or name != name.strip() or len(name) > 256 or len(parts) > 3:
        return "is no model name: 1 to 256 characters, without spaces at its ends and without dots"
    if not name.isprintable() or set(name) & set("/:%\\\"'"):
        return "has a character that the workspace registry refuses: none of / : % \\ \" ' may be in it"
    return None


def _endpoint(plan: TrainingPlan) -> Iterator[str]:
    endpoint = plan.endpoint
    if not _ENDPOINT_NAME.fullmatch(endpoint.name):
        yield (
            f"endpoint.name: {endpoint.name!r} is refused: at most 63 letters, digits, '-' and '_', "
            "beginning with a letter or digit"
        )
    if endpoint.workload_size not in _WORKLOAD_SIZES:
        sizes = ", ".join(_WORKLOAD_SIZES)
        yield f"endpoint.workload_size: {endpoint.workload_size!r} is unknown; known are {sizes}"
    features = {*plan.features.categorical, *plan.features.numeric}
    for index, record in enumerate(endpoint.dataframe_records or ()):
        if set(record) != features:
            yield (
                f"endpoint.dataframe_records[{index}]: it must have the features "
                f"{', '.join(sorted(features))}, not {', '.join(sorted(record)) or 'nothing'}"
            )
    if endpoint.dataframe_records == ():
        yield "endpoint.dataframe_records: it is empty; give at least one record or leave it out"


def _compute(plan: TrainingPlan) -> Iterator[str]:
    compute = plan.compute
    if compute.autotermination_minutes not in _AUTOTERMINATION:
        yield f"compute.autotermination_minutes: {compute.autotermination_minutes} is not in 10 to 10000"
    for field in ("node_type_id", "spark_version"):
        value = getattr(compute, field)
        if value is not None and not _NODE_TYPE.fullmatch(value):
            yield f"compute.{field}: {value!r} is not a name that Databricks could know"


def _data_root(plan: TrainingPlan) -> Iterator[str]:
    root = plan.data_root
    path = root.removeprefix("dbfs:")
    on_dbfs = root.startswith("dbfs:/") and not path.startswith("/Volumes/")
    on_volume = root.startswith("/Volumes/") and len(path.strip("/").split("/")) >= 4
    if not _SAFE_PATH.fullmatch(path) or not (on_dbfs or on_volume):
        yield (
            f"data_root: {root!r} is neither dbfs:/<folder> nor /Volumes/<catalog>/<schema>/<volume>/…, "
            "of letters, digits, '_', '-', '.' and '='"
        )
