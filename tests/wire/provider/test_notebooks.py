"""The provider's operators for a notebook and for any other task, unmodified."""

import datetime
import secrets
from typing import Any

import pytest

from tests.telling import telling
from tests.wire.provider.airflow_task import executed
from tests.wire.provider.operators import BOTH, FOR_EVER, notebook, operator, refusal, run_of, script
from tests.wire.running_workspace import RunningWorkspace
from tests.wire.spark_jobs import finished, output, shared_cluster, state

pytestmark = pytest.mark.usefixtures("hook", "dag")


def notebook_operator(workspace: RunningWorkspace, source: str, **options: Any) -> Any:
    """The operator for a notebook of one cell."""
    return operator(
        "Notebook",
        notebook_path=notebook(workspace, source),
        source="WORKSPACE",
        existing_cluster_id=shared_cluster(workspace),
        **options,
    )


@BOTH
def test_a_notebook_is_given_parameters_and_says_its_result(
    workspace: RunningWorkspace, deferrable: bool
) -> None:
    source = "dbutils.notebook.exit(dbutils.widgets.get('n') * 2)"
    attempt = executed(
        notebook_operator(workspace, source, notebook_params={"n": "ab"}, deferrable=deferrable)
    )
    result = output(workspace, attempt.run_id).notebook_output
    assert result is not None
    assert result.result == "abab"


@BOTH
def test_a_notebook_is_tried_again_by_the_workspace(workspace: RunningWorkspace, deferrable: bool) -> None:
    source = "import pathlib; p = pathlib.Path('/dbfs/{}'); had = p.exists(); p.touch(); assert had"
    attempt = executed(
        notebook_operator(
            workspace,
            source.format(secrets.token_hex(4)),
            max_retries=1,
            min_retry_interval_millis=0,
            deferrable=deferrable,
        )
    )
    run = run_of(workspace, attempt)
    assert [task.attempt_number for task in run.tasks or []] == [0, 1]
    assert state(run) == ("TERMINATED", "SUCCESS")


@pytest.mark.parametrize(
    ("source", "options", "words"),
    telling(
        1,
        [
            (
                "raise ValueError('of a cell')",
                {"deferrable": True, "max_retries": 1},
                "ValueError: of a cell",
            ),
            ("raise ValueError('of a cell')", {}, "Final state FAILED"),
            (FOR_EVER, {"execution_timeout": datetime.timedelta(seconds=2)}, "Final state TIMEDOUT"),
            (
                FOR_EVER,
                {"execution_timeout": datetime.timedelta(seconds=2), "deferrable": True},
                "Final state TIMEDOUT",
            ),
        ],
    ),
)
def test_a_notebook_that_does_not_end_well_fails_the_task(
    workspace: RunningWorkspace, source: str, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(refusal(), match=words):
        executed(notebook_operator(workspace, source, **options))


@BOTH
def test_a_task_of_any_kind_is_run(workspace: RunningWorkspace, deferrable: bool) -> None:
    task = script(workspace, "print('a task')")
    made = operator(
        "Task",
        task_config={"spark_python_task": task["spark_python_task"]},
        existing_cluster_id=task["existing_cluster_id"],
        deferrable=deferrable,
    )
    assert output(workspace, executed(made).run_id).logs == "a task\n"


def test_a_killed_notebook_is_cancelled(workspace: RunningWorkspace) -> None:
    killed = notebook_operator(workspace, FOR_EVER, wait_for_termination=False)
    attempt = executed(killed)
    killed.on_kill()
    assert state(finished(workspace, attempt.run_id)) == ("TERMINATED", "CANCELED")
