"""The Files API by Databricks' SDK: here over the artifacts of an MLflow run."""

import io
import logging
from pathlib import Path

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.config import Config
from databricks.sdk.errors import AlreadyExists, BadRequest, NotFound, PermissionDenied

from tests.wire.running_workspace import RunningWorkspace

MEBIBYTE = 1024 * 1024


@pytest.fixture
def folder(workspace: RunningWorkspace) -> str:
    """Where the artifacts of a new run are in the Files API."""
    run = workspace.client.experiments.create_run(experiment_id="0").run
    assert run is not None
    assert run.info is not None
    return f"/WorkspaceInternal/Mlflow/Artifacts/0/Runs/{run.info.run_id}/artifacts"


def client_of_parts(workspace: RunningWorkspace) -> WorkspaceClient:
    """The SDK with what it does with large files done with smaller ones."""
    config = Config(host=workspace.origin, token=workspace.token, auth_type="pat")
    config.files_ext_multipart_upload_min_stream_size = MEBIBYTE
    config.files_ext_multipart_upload_part_size_options = [MEBIBYTE]
    config.files_ext_parallel_download_min_file_size = MEBIBYTE
    config.files_ext_parallel_download_default_part_size = MEBIBYTE
    return WorkspaceClient(config=config)


def test_a_file_goes_in_and_comes_back(workspace: RunningWorkspace, folder: str) -> None:
    files, path = workspace.client.files, f"{folder}/deep/é # 1%.txt"
    files.upload(path, io.BytesIO(b"a text"))
    files.upload(path, io.BytesIO(b"another text"), overwrite=True)
    with pytest.raises(AlreadyExists):
        files.upload(path, io.BytesIO(b"a third"), overwrite=False)
    downloaded = files.download(path).contents
    assert downloaded is not None
    assert downloaded.read() == b"another text"
    assert files.get_metadata(path).content_length == len(b"another text")
    assert [each.path for each in files.list_directory_contents(f"{folder}/deep")] == [path]
    files.delete(path)
    with pytest.raises(NotFound):
        files.get_metadata(path)


def test_a_large_file_goes_in_parts_and_comes_back_in_ranges(
    workspace: RunningWorkspace, folder: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    content, client = bytes(range(256)) * 4096 * 5 + b"the end", client_of_parts(workspace)
    with caplog.at_level(logging.INFO):
        client.files.upload(f"{folder}/large", io.BytesIO(content))
        client.files.upload(f"{folder}/streamed", io.BufferedReader(_Pipe(content)), use_parallel=False)
        client.files.download_to(f"{folder}/large", str(tmp_path / "down"), use_parallel=True)
    assert (tmp_path / "down").read_bytes() == content
    streamed = client.files.download(f"{folder}/streamed").contents
    assert streamed is not None
    assert streamed.read() == content
    assert not [each for each in caplog.messages if "allback" in each or "alling back to single" in each]
    assert list((workspace.root / "uploads").iterdir()) == []


class _Pipe(io.RawIOBase):
    """What cannot be read again, as the output of a program."""

    def __init__(self, content: bytes) -> None:
        self._content = io.BytesIO(content)

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """The next bytes."""
        return self._content.readinto(buffer)


def test_folders_are_made_listed_in_pages_and_removed(workspace: RunningWorkspace, folder: str) -> None:
    files = workspace.client.files
    files.create_directory(f"{folder}/empty")
    files.get_directory_metadata(f"{folder}/empty")
    for number in range(5):
        files.upload(f"{folder}/many/{number}", io.BytesIO(b"x"))
    found = [each.name for each in files.list_directory_contents(f"{folder}/many", page_size=2)]
    assert found == list("01234")
    # More than a page can have is a whole page.
    assert len(list(files.list_directory_contents(f"{folder}/many", page_size=5000))) == 5
    with pytest.raises(BadRequest, match="not empty"):
        files.delete_directory(f"{folder}/many")
    files.delete_directory(f"{folder}/empty")
    with pytest.raises(NotFound):
        files.get_directory_metadata(f"{folder}/empty")


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("/WorkspaceInternal/Mlflow/Artifacts/0/Runs/none/artifacts/x", NotFound),
        ("/WorkspaceInternal/Mlflow/Artifacts/0/Runs", PermissionDenied),
        ("/WorkspaceInternal/x", BadRequest),
        ("/Workspace/x", BadRequest),
    ],
)
def test_what_is_no_artifact_is_refused(
    workspace: RunningWorkspace, path: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        workspace.client.files.get_metadata(path)


@pytest.mark.parametrize(
    "rest", ["../../../../../token", "%2e%2e/%2e%2e/%2e%2e/%2e%2e/token", "..%2f..%2ftoken"]
)
def test_no_artifact_path_leads_out_of_its_run(workspace: RunningWorkspace, folder: str, rest: str) -> None:
    for method, route in (("GET", "files"), ("PUT", "files"), ("GET", "directories")):
        answer = workspace.call(method, f"/api/2.0/fs/{route}{folder}/{rest}")
        assert 400 <= answer.status_code < 500
        assert workspace.token not in answer.text
    assert (workspace.root / "token").read_text().strip() == workspace.token


def test_no_proof_of_a_url_is_in_the_server_s_log(workspace: RunningWorkspace, folder: str) -> None:
    workspace.client.files.upload(f"{folder}/logged-name", io.BytesIO(b"x"))
    workspace.client.files.download(f"{folder}/logged-name")
    log = (workspace.root / "server.log").read_text()
    assert "/logged-name?expires=" in log
    assert "signature=…" in log
    assert "signature=" not in log.replace("signature=…", "")
