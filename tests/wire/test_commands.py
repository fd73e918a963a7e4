"""Commands in execution contexts, through the SDK."""

from collections.abc import Callable, Iterator

import pytest
from databricks.sdk.errors.base import DatabricksError
from databricks.sdk.service.compute import CommandStatus, CommandStatusResponse, Language, ResultType

from tests.wire.polling import until
from tests.wire.running_workspace import RunningWorkspace
from tests.wire.spark_jobs import shared_cluster

Execute = Callable[..., CommandStatusResponse]


@pytest.fixture(scope="module")
def context_id(workspace: RunningWorkspace) -> Iterator[str]:
    api, cluster_id = workspace.client.command_execution, shared_cluster(workspace)
    context = api.create_and_wait(cluster_id=cluster_id, language=Language.PYTHON)
    assert context.id is not None
    yield context.id
    api.destroy(cluster_id, context.id)


@pytest.fixture
def execute(workspace: RunningWorkspace, context_id: str) -> Execute:
    def execute(source: str, language: Language = Language.PYTHON) -> CommandStatusResponse:
        return workspace.client.command_execution.execute_and_wait(
            cluster_id=shared_cluster(workspace), context_id=context_id, language=language, command=source
        )

    return execute


def data(answer: CommandStatusResponse) -> str:
    """What a command has shown."""
    assert answer.results is not None
    assert answer.results.result_type is ResultType.TEXT, answer.results.cause
    return str(answer.results.data)


def test_commands_share_names_and_show_what_they_print(execute: Execute) -> None:
    assert data(execute("n = spark.range(4).count()")) == ""
    assert data(execute("print('n is', n)\nn + 1")) == "n is 4\n5"


def test_the_rows_of_a_query_come_as_a_table(execute: Execute) -> None:
    sql = (
        "SELECT id AS `a.b`, id AS `a.b`, IF(id = 1, NULL, date'2026-11-29') AS day FROM range(2) ORDER BY 1"
    )
    for answer in (execute(sql, Language.SQL), execute(f"%sql {sql}")):
        table = answer.results
        assert table is not None
        assert table.result_type is ResultType.TABLE, table.cause
        assert table.data == [[0, 0, "2026-11-29"], [1, 1, None]]
        assert [(column["name"], column["type"]) for column in table.schema or []] == [
            ("a.b", '"long"'),
            ("a.b", '"long"'),
            ("day", '"date"'),
        ]
        assert (table.truncated, table.is_json_schema) == (False, True)
    many = execute("SELECT * FROM range(1001)", Language.SQL).results
    assert many is not None
    assert (len(many.data or []), many.truncated) == (1000, True)
    assert data(execute("CREATE TEMP VIEW one AS SELECT 1", Language.SQL)) == ""


def test_a_task_value_outside_of_a_job_is_the_one_for_debugging(execute: Execute) -> None:
    asked = "dbutils.jobs.taskValues.get('first', 'rows', {})"
    assert data(execute(asked.format("default=1, debugValue=7"))) == "7"
    failed = execute(asked.format("default=1")).results
    assert failed is not None
    assert "Must pass debugValue when calling get outside of a job context" in (failed.summary or "")


def test_a_failed_command_is_told_and_the_context_goes_on(execute: Execute) -> None:
    failed = execute("1 / 0")
    assert failed.status is CommandStatus.FINISHED
    assert failed.results is not None
    assert failed.results.result_type is ResultType.ERROR
    assert failed.results.summary == "ZeroDivisionError: division by zero"
    assert "Traceback" in (failed.results.cause or "")
    assert data(execute("'still here'")) == "'still here'"


def test_a_command_can_be_cancelled(workspace: RunningWorkspace, execute: Execute, context_id: str) -> None:
    api, cluster_id = workspace.client.command_execution, shared_cluster(workspace)
    waits = "import time; time.sleep(600)"
    command_id = workspace.call(
        "POST",
        "/api/1.2/commands/execute",
        {"clusterId": cluster_id, "contextId": context_id, "language": "python", "command": waits},
    ).json()["id"]

    def status() -> CommandStatus | None:
        return api.command_status(cluster_id, context_id, command_id).status

    until(lambda: status() is CommandStatus.RUNNING, "the beginning of the command")
    api.cancel(cluster_id=cluster_id, context_id=context_id, command_id=command_id)
    assert status() is CommandStatus.CANCELLED
    assert data(execute("1 + 1")) == "2"


def test_the_sdks_own_dbutils_works_from_outside(workspace: RunningWorkspace) -> None:
    dbutils = workspace.client.dbutils
    dbutils.fs.put("/from-outside.txt", "hello", True)
    assert [info.name for info in dbutils.fs.ls("/") if info.name == "from-outside.txt"] == [
        "from-outside.txt"
    ]
    assert dbutils.fs.head("/from-outside.txt") == "hello"


def test_what_the_sdks_dbutils_cannot_do_itself_it_does_on_a_cluster(workspace: RunningWorkspace) -> None:
    client = workspace.client
    client.config.cluster_id = shared_cluster(workspace)
    mounts = {mount.mountPoint: mount.source for mount in client.dbutils.fs.mounts()}
    assert mounts["/"] == "DatabricksRoot"
    assert client.dbutils.fs.refreshMounts()
    assert len(mounts) > 1


def test_what_is_missing_is_told_in_the_words_of_api_1_2(workspace: RunningWorkspace) -> None:
    with pytest.raises(DatabricksError, match="requirement failed: missing contextId") as refused:
        workspace.client.command_execution.execute(cluster_id="x", language=Language.PYTHON, command="1")
    assert refused.value.error_code is None
    with pytest.raises(DatabricksError, match="does not exist or is not running"):
        workspace.client.command_execution.create(cluster_id="0101-000000-nothing0", language=Language.PYTHON)
