"""docs/your-own-table.md, typed as it stands: from a CSV file to a prediction."""

import json

import pytest

from local_stack.runs.dag_run import DagRun
from tests.end_to_end.stack import Stack
from tests.pages import shell_blocks, typed

DAG = "deliveries"


@pytest.mark.matrix
def test_what_the_page_has_readers_type_ends_in_the_prediction_that_it_shows(stack: Stack) -> None:
    *until_the_run, ask = shell_blocks("your-own-table.md")
    project = stack.airflow_home.parent
    said = typed(until_the_run, project)
    assert "No mistakes." in said
    (run,) = stack.get(f"dags/{DAG}/dagRuns")["dag_runs"]
    ended = stack.followed(DagRun(stack.airflow, DAG, run["dag_run_id"]))
    assert ended.state == "success", ended.tasks
    assert json.loads(typed([". .local/env", ask], project)) == {"predictions": ["yes"]}
