"""Where artifacts are said to be: MLflow's own server and Databricks have a URI each for the same folder.

The stores and MLflow's web page keep to the server's `mlflow-artifacts:/<experiment>/<run>/artifacts` and
`mlflow-artifacts:/<experiment>/models/<model>/artifacts`. Databricks says
`dbfs:/databricks/mlflow-tracking/…`, and `logged_models` for `models`. By the scheme alone a client decides
how it sends and fetches files.
"""

import re
from collections.abc import Callable
from typing import Any

_STOCK, _DATABRICKS = "mlflow-artifacts:/", "dbfs:/databricks/mlflow-tracking/"
_STOCK_MODEL = re.compile(rf"^({_DATABRICKS}[^/]+)/models/")
_DATABRICKS_MODEL = re.compile(rf"^({_STOCK}[^/]+)/logged_models/")
# A client with the tracking URI `databricks://PROFILE` names the profile.
_PROFILE = re.compile(r"^dbfs://[^/]*@databricks/")
_FIELDS = frozenset({"artifact_uri", "artifact_location", "source", "root_uri"})


def to_databricks(uri: str) -> str:
    """Databricks' URI for one of MLflow's server; any other as it is."""
    if not uri.startswith(_STOCK):
        return uri
    return _STOCK_MODEL.sub(r"\1/logged_models/", _DATABRICKS + uri.removeprefix(_STOCK))


def to_stock(uri: str) -> str:
    """The server's URI for one of Databricks; any other as it is."""
    plain = _PROFILE.sub("dbfs:/", uri)
    if not plain.startswith(_DATABRICKS):
        return uri
    return _DATABRICKS_MODEL.sub(r"\1/models/", _STOCK + plain.removeprefix(_DATABRICKS))


def with_uris(value: Any, change: Callable[[str], str]) -> Any:
    """A JSON value in which every field that holds such a URI is changed, at any depth."""
    if isinstance(value, list):
        return [with_uris(each, change) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        key: change(each) if key in _FIELDS and isinstance(each, str) else with_uris(each, change)
        for key, each in value.items()
    }
