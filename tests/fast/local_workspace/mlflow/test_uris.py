"""The URIs of artifacts in both dialects."""

import pytest

from local_workspace.mlflow.uris import to_databricks, to_stock, with_uris

DATABRICKS = "dbfs:/databricks/mlflow-tracking"


@pytest.mark.parametrize(
    ("stock", "databricks"),
    [
        ("mlflow-artifacts:/3", f"{DATABRICKS}/3"),
        ("mlflow-artifacts:/3/abc/artifacts/model", f"{DATABRICKS}/3/abc/artifacts/model"),
        ("mlflow-artifacts:/3/models/m-1/artifacts", f"{DATABRICKS}/3/logged_models/m-1/artifacts"),
        ("mlflow-artifacts:/3/abc/artifacts/models/x", f"{DATABRICKS}/3/abc/artifacts/models/x"),
        ("models:/m-1", "models:/m-1"),
        ("dbfs:/elsewhere", "dbfs:/elsewhere"),
    ],
)
def test_a_uri_goes_into_the_other_dialect_and_back(stock: str, databricks: str) -> None:
    assert to_databricks(stock) == databricks
    assert to_stock(databricks) == stock


def test_a_trace_is_beside_the_runs() -> None:
    assert to_databricks("mlflow-artifacts:/3/traces/tr-1/artifacts") == f"{DATABRICKS}/3/tr-1/artifacts"


def test_a_profile_in_a_uri_is_left_out() -> None:
    uri = "dbfs://PROFILE@databricks/databricks/mlflow-tracking/3/abc/artifacts"
    assert to_stock(uri) == "mlflow-artifacts:/3/abc/artifacts"


def test_only_fields_that_hold_a_uri_are_changed() -> None:
    uri = "mlflow-artifacts:/3/abc/artifacts"
    answer = {
        "run": {"info": {"artifact_uri": uri}, "data": {"tags": [{"key": "note", "value": uri}]}},
        "traces": [{"tags": [{"key": "mlflow.artifactLocation", "value": uri}]}],
        "trace": {"tags": {"mlflow.artifactLocation": uri, "note": uri}},
    }
    assert with_uris(answer, to_databricks) == {
        "run": {
            "info": {"artifact_uri": f"{DATABRICKS}/3/abc/artifacts"},
            "data": {"tags": [{"key": "note", "value": uri}]},
        },
        "traces": [{"tags": [{"key": "mlflow.artifactLocation", "value": f"{DATABRICKS}/3/abc/artifacts"}]}],
        "trace": {"tags": {"mlflow.artifactLocation": f"{DATABRICKS}/3/abc/artifacts", "note": uri}},
    }
