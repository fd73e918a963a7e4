"""Where artifacts are said to be: MLflow's own server and Databricks have a URI each for the same folder.

The stores and MLflow's web page keep to the server's `mlflow-artifacts:/<experiment>/<run>/artifacts` and
`mlflow-artifacts:/<experiment>/models/<model>/artifacts`. Databricks says
`dbfs:/databricks/mlflow-tracking/…`, `logged_models` for `models`, and has traces beside runs. By the scheme
alone a client decides how it sends and fetches files.
"""

import re
from collections.abc import Callable
from typing import Any

_STOCK, _DATABRICKS = "mlflow-artifacts:/", "dbfs:/databricks/mlflow-tracking/"
# Beside runs: what the server's URI has behind the experiment, and what that of Databricks has.
_MODELS = ("/models/", "/logged_models/")
_TRACES = ("/traces/", "/")
# A client with the tracking URI `databricks://PROFILE` names the profile.
_PROFILE = re.compile(r"^dbfs://[^/]*@databricks/")
_LITERAL = re.compile(r"""(['"])(dbfs:/[^'"]*)\1""")
_TRACE_TAG = "mlflow.artifactLocation"
_FIELDS = frozenset({"artifact_uri", "artifact_location", "source", "root_uri", _TRACE_TAG})


def to_databricks(uri: str) -> str:
    """Databricks' URI for one of MLflow's server; any other as it is."""
    if not uri.startswith(_STOCK):
        return uri
    experiment, slash, rest = uri.removeprefix(_STOCK).partition("/")
    path = slash + rest
    for stock, databricks in (_MODELS, _TRACES):
        if path.startswith(stock):
            return _DATABRICKS + experiment + databricks + path.removeprefix(stock)
    return _DATABRICKS + experiment + path


def to_stock(uri: str) -> str:
    """The server's URI for one of Databricks, of a run or a model; any other as it is."""
    plain = _PROFILE.sub("dbfs:/", uri)
    if not plain.startswith(_DATABRICKS):
        return uri
    experiment, slash, rest = plain.removeprefix(_DATABRICKS).partition("/")
    path, (stock, databricks) = slash + rest, _MODELS
    if path.startswith(databricks):
        path = stock + path.removeprefix(databricks)
    return _STOCK + experiment + path


def filter_to_stock(condition: str) -> str:
    """A filter of a search, with the server's URIs for those of Databricks that it compares with."""
    return _LITERAL.sub(lambda found: f"{found[1]}{to_stock(found[2])}{found[1]}", condition)


def owner_of(stock: str) -> dict[str, str]:
    """The run or the logged model with the files at the server's URI, as a request names it; or nothing."""
    path = stock.removeprefix(_STOCK).split("/")
    match path if stock.startswith(_STOCK) else []:
        case [_, "models", model, "artifacts", *_]:
            return {"model_id": model}
        case [_, run, "artifacts", *_]:
            return {"run_id": run}
    return {}


def with_uris(value: Any, change: Callable[[str], str]) -> Any:
    """A JSON value in which every field that holds such a URI is changed, at any depth."""
    if isinstance(value, list):
        return [with_uris(each, change) for each in value]
    if not isinstance(value, dict):
        return value
    if value.get("key") == _TRACE_TAG and isinstance(value.get("value"), str):
        return value | {"value": change(value["value"])}
    return {
        key: change(each) if key in _FIELDS and isinstance(each, str) else with_uris(each, change)
        for key, each in value.items()
    }
