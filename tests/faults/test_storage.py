"""A file is as it was meant, or the task does not go on: whatever becomes of the requests that write it."""

import io
import secrets

import pytest
from databricks.sdk import WorkspaceClient

from rookery.hooks.databricks import workspace_client
from rookery.operators.job_code import UploadJobCodeOperator
from rookery.workspace import storage
from tests.fast.airflow.tasks import TaskInstance, context_of
from tests.faults.proxy import FaultProxy, answers, is_reset, loses_its_answer
from tests.wire.running_workspace import RunningWorkspace

WRITES = r"POST /api/2\.0/dbfs/(put|create|add-block|close)"
IMPORT = "POST /api/2.0/workspace/import"

matrix = pytest.mark.matrix

FAULTS = [
    pytest.param(loses_its_answer(), id="answer lost"),
    pytest.param(is_reset(), id="request lost", marks=matrix),
    pytest.param(answers(503, retry_after="1"), id="503", marks=matrix),
    pytest.param(answers(500), id="500", marks=matrix),
]


@pytest.fixture
def client(proxy: FaultProxy) -> WorkspaceClient:  # noqa: ARG001 - the connection leads to it
    return workspace_client("databricks_default")


def stored(workspace: RunningWorkspace, path: str) -> bytes:
    with workspace.client.dbfs.download(path) as content:
        return content.read(-1)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_while_a_small_file_is_written_does_not_break_it(
    proxy: FaultProxy, workspace: RunningWorkspace, client: WorkspaceClient, data_root: str, fault: object
) -> None:
    proxy.plays(WRITES, fault, times=3)  # type: ignore[arg-type]
    storage.write_text(client, f"{data_root}/points.json", '{"points": [1, 2, 3]}')
    assert stored(workspace, f"{data_root}/points.json") == b'{"points": [1, 2, 3]}'


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("after", [1, *(pytest.param(each, marks=matrix) for each in (0, 2, 3))])
def test_a_fault_while_a_large_file_is_written_does_not_break_it(
    proxy: FaultProxy,
    workspace: RunningWorkspace,
    client: WorkspaceClient,
    data_root: str,
    fault: object,
    after: int,
) -> None:
    content = secrets.token_bytes((2 << 20) + 17)
    proxy.plays(WRITES, fault, after=after)  # type: ignore[arg-type]
    storage.put(client, f"{data_root}/source.csv", io.BytesIO(content))
    assert stored(workspace, f"{data_root}/source.csv") == content


@matrix
def test_job_code_arrives_though_its_imports_are_refused_at_first(
    proxy: FaultProxy, workspace: RunningWorkspace
) -> None:
    proxy.plays(IMPORT, answers(503, retry_after="1"), times=3)
    root = f"/Users/local.user@example.com/{secrets.token_hex(4)}"
    task = TaskInstance("upload_job_code")
    UploadJobCodeOperator(task_id="upload_job_code", code_root=root).execute(context_of(task))
    folder = str(task.pushed["code_folder"]).removeprefix("/Workspace")
    names = {str(each.path).rpartition("/")[2] for each in workspace.client.workspace.list(folder)}
    assert names == {"rookery_jobs.zip", "run.py"}
