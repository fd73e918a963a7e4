"""The provider's operators for what the workspace does not have: they fail at once, and say by what call."""

from typing import Any

import pytest

from tests.wire.provider.airflow_task import Try
from tests.wire.running_workspace import RunningWorkspace


def warehouse(kind: str) -> Any:
    """An operator that starts or stops a SQL warehouse."""
    from airflow.providers.databricks.operators import warehouse as module

    made = getattr(module, f"Databricks{kind}WarehouseOperator")
    return made(task_id=kind, warehouse_id="abc", databricks_retry_limit=1)


def statement(name: str) -> Any:
    """An operator or sensor for a SQL statement."""
    from airflow.providers.databricks.operators.databricks import DatabricksSQLStatementsOperator
    from airflow.providers.databricks.sensors.databricks import DatabricksSQLStatementsSensor

    made = {"operator": DatabricksSQLStatementsOperator, "sensor": DatabricksSQLStatementsSensor}[name]
    return made(task_id=name, statement="SELECT 1", warehouse_id="abc", databricks_retry_limit=1)


def git_folder(kind: str) -> Any:
    """An operator for Git folders."""
    from airflow.providers.databricks.operators import databricks_repos as module

    fields = {
        "Create": {"git_url": "https://github.com/apache/airflow"},
        "Update": {"repo_id": "5", "branch": "main"},
        "Delete": {"repo_id": "5"},
    }
    made = getattr(module, f"DatabricksRepos{kind}Operator")
    return made(task_id=kind, databricks_retry_limit=1, **fields[kind])


@pytest.mark.parametrize(
    ("make", "what"),
    [
        *((warehouse, kind) for kind in ("Start", "Stop")),
        *((statement, name) for name in ("operator", "sensor")),
        *((git_folder, kind) for kind in ("Create", "Update", "Delete")),
    ],
)
@pytest.mark.usefixtures("hook")
def test_what_is_not_offered_fails_with_the_call_that_is_refused(make: Any, what: str) -> None:
    from airflow.providers.common.compat.sdk import AirflowException

    with pytest.raises(AirflowException, match="501 Server Error: Not Implemented for url"):
        Try().execute(make(what))


def test_pipelines_are_not_offered(hook: Any) -> None:
    with pytest.raises(Exception, match="501 Server Error: Not Implemented for url"):
        hook.find_pipeline_id_by_name("any")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/api/2.0/sql/warehouses/abc", "no SQL warehouses"),
        ("/api/2.0/pipelines", "no pipelines"),
        ("/api/2.0/repos//5", "no Git folders"),
    ],
)
def test_the_refusal_names_what_is_not_there(workspace: RunningWorkspace, path: str, words: str) -> None:
    answer = workspace.call("GET", path)
    assert (answer.status_code, answer.json()["error_code"]) == (501, "NOT_IMPLEMENTED")
    assert words in answer.json()["message"]
