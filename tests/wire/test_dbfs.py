"""DBFS through the SDK, and through requests as older clients make them."""

import base64
import io
import secrets
from typing import Any

import pytest
from databricks.sdk.errors import (
    InvalidParameterValue,
    ResourceAlreadyExists,
    ResourceDoesNotExist,
)

from tests.wire.running_workspace import RunningWorkspace

MIB = 1024 * 1024


@pytest.fixture
def folder(workspace: RunningWorkspace) -> str:
    """A DBFS folder of the test's own."""
    path = f"/tests/{secrets.token_hex(8)}"
    workspace.client.dbfs.mkdirs(path)
    return path


def error(workspace: RunningWorkspace, method: str, path: str, body: dict[str, Any]) -> tuple[int, str]:
    answer = workspace.call(method, f"/api/2.0/dbfs/{path}", body)
    return answer.status_code, answer.json()["error_code"]


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def test_a_large_file_comes_back_as_it_was(workspace: RunningWorkspace, folder: str) -> None:
    content = secrets.token_bytes(3 * MIB + 17)
    workspace.client.dbfs.upload(f"{folder}/large", io.BytesIO(content))
    assert workspace.client.dbfs.download(f"{folder}/large").read() == content
    assert (workspace.root / "dbfs" / folder.lstrip("/") / "large").read_bytes() == content


def test_status_and_list_tell_size_and_kind(workspace: RunningWorkspace, folder: str) -> None:
    dbfs = workspace.client.dbfs
    dbfs.put(f"{folder}/file", contents=encoded(b"12345"))
    dbfs.mkdirs(f"{folder}/inner")
    status = dbfs.get_status(f"dbfs:{folder}/file")
    assert (status.path, status.is_dir, status.file_size) == (f"{folder}/file", False, 5)
    assert [(f.path, f.is_dir) for f in dbfs.list(folder)] == [
        (f"{folder}/file", False),
        (f"{folder}/inner", True),
    ]


def test_a_listed_file_is_its_only_entry_and_an_empty_folder_has_none(
    workspace: RunningWorkspace, folder: str
) -> None:
    workspace.client.dbfs.put(f"{folder}/file", contents="")
    assert [f.path for f in workspace.client.dbfs.list(f"{folder}/file")] == [f"{folder}/file"]
    workspace.client.dbfs.mkdirs(f"{folder}/empty")
    assert workspace.call("GET", f"/api/2.0/dbfs/list?path={folder}/empty").json() == {}


def test_put_takes_a_form_without_the_limit_of_a_block(workspace: RunningWorkspace, folder: str) -> None:
    content = secrets.token_bytes(2 * MIB)
    with workspace.http as http:
        answer = http.post("/api/2.0/dbfs/put", data={"path": f"{folder}/form"}, files={"contents": content})
    assert answer.json() == {}
    assert workspace.client.dbfs.get_status(f"{folder}/form").file_size == 2 * MIB


def test_an_existing_file_is_kept_unless_overwrite_is_said(workspace: RunningWorkspace, folder: str) -> None:
    dbfs = workspace.client.dbfs
    dbfs.put(f"{folder}/file", contents=encoded(b"first"))
    with pytest.raises(ResourceAlreadyExists, match="A file or directory already exists at the input path"):
        dbfs.put(f"{folder}/file", contents=encoded(b"second"))
    with pytest.raises(ResourceAlreadyExists):
        dbfs.create(f"{folder}/file")
    dbfs.put(f"{folder}/file", contents=encoded(b"third"), overwrite=True)
    assert dbfs.download(f"{folder}/file").read() == b"third"


def test_what_is_written_takes_spark_s_stale_checksum_away(workspace: RunningWorkspace, folder: str) -> None:
    dbfs = workspace.client.dbfs
    dbfs.put(f"{folder}/part", contents=encoded(b"first"))
    checksum = workspace.root / "dbfs" / folder.lstrip("/") / ".part.crc"
    checksum.write_bytes(b"crc")
    assert [f.path for f in dbfs.list(folder)] == [f"{folder}/part"]
    dbfs.put(f"{folder}/part", contents=encoded(b"second"), overwrite=True)
    assert not checksum.exists()
    checksum.write_bytes(b"crc")
    dbfs.delete(f"{folder}/part")
    assert not checksum.exists()


def test_a_block_over_one_mebibyte_is_refused(workspace: RunningWorkspace, folder: str) -> None:
    handle = workspace.client.dbfs.create(f"{folder}/file").handle
    assert handle is not None
    block = encoded(b"x" * (MIB + 1))
    assert error(workspace, "POST", "add-block", {"handle": handle, "data": block}) == (
        400,
        "MAX_BLOCK_SIZE_EXCEEDED",
    )
    whole = {"path": f"{folder}/other", "contents": block}
    assert error(workspace, "POST", "put", whole) == (400, "MAX_BLOCK_SIZE_EXCEEDED")
    workspace.client.dbfs.add_block(handle, encoded(b"x" * MIB))
    workspace.client.dbfs.close(handle)
    assert workspace.client.dbfs.get_status(f"{folder}/file").file_size == MIB


def test_a_read_over_one_mebibyte_is_refused(workspace: RunningWorkspace, folder: str) -> None:
    workspace.client.dbfs.put(f"{folder}/file", contents=encoded(b"12345"))
    path = f"{folder}/file"
    assert error(workspace, "GET", "read", {"path": path, "length": MIB + 1}) == (
        400,
        "MAX_READ_SIZE_EXCEEDED",
    )
    assert error(workspace, "GET", "read", {"path": path, "offset": -1}) == (400, "INVALID_PARAMETER_VALUE")
    assert error(workspace, "GET", "read", {"path": folder}) == (400, "INVALID_PARAMETER_VALUE")
    assert error(workspace, "GET", "read", {"path": path, "offset": 10**30}) == (
        400,
        "INVALID_PARAMETER_VALUE",
    )
    assert workspace.client.dbfs.read(path, offset=2**63 - 1).bytes_read == 0
    part = workspace.client.dbfs.read(path, offset=1, length=3)
    assert (part.bytes_read, part.data) == (3, encoded(b"234"))


def test_an_unknown_handle_does_not_exist(workspace: RunningWorkspace, folder: str) -> None:
    handle = workspace.client.dbfs.create(f"{folder}/file").handle
    assert handle is not None
    workspace.client.dbfs.close(handle)
    with pytest.raises(ResourceDoesNotExist):
        workspace.client.dbfs.close(handle)
    with pytest.raises(ResourceDoesNotExist):
        workspace.client.dbfs.add_block(handle, encoded(b"x"))


def test_a_missing_path_does_not_exist(workspace: RunningWorkspace, folder: str) -> None:
    with pytest.raises(ResourceDoesNotExist, match=f"No file or directory exists on path {folder}/missing."):
        workspace.client.dbfs.get_status(f"{folder}/missing")
    with pytest.raises(ResourceDoesNotExist):
        workspace.client.dbfs.move(f"{folder}/missing", f"{folder}/other")


def test_a_full_folder_is_deleted_only_recursively(workspace: RunningWorkspace, folder: str) -> None:
    dbfs = workspace.client.dbfs
    dbfs.put(f"{folder}/file", contents="")
    assert error(workspace, "POST", "delete", {"path": folder}) == (400, "IO_ERROR")
    dbfs.delete(folder, recursive=True)
    assert not dbfs.exists(folder)
    dbfs.delete(folder, recursive=True)


def test_a_move_does_not_overwrite(workspace: RunningWorkspace, folder: str) -> None:
    dbfs = workspace.client.dbfs
    dbfs.put(f"{folder}/a", contents=encoded(b"a"))
    dbfs.put(f"{folder}/b", contents=encoded(b"b"))
    with pytest.raises(ResourceAlreadyExists):
        dbfs.move(f"{folder}/a", f"{folder}/b")
    dbfs.move(f"{folder}/a", f"{folder}/deep/c")
    assert dbfs.download(f"{folder}/deep/c").read() == b"a"
    assert not dbfs.exists(f"{folder}/a")


def test_a_folder_cannot_be_made_where_a_file_is(workspace: RunningWorkspace, folder: str) -> None:
    workspace.client.dbfs.put(f"{folder}/file", contents="")
    with pytest.raises(ResourceAlreadyExists):
        workspace.client.dbfs.mkdirs(f"{folder}/file/inner")


@pytest.mark.parametrize("path", ["/Volumes/main/default/v/x", "dbfs:/Volumes/main/default/v/x"])
def test_volumes_are_refused(workspace: RunningWorkspace, path: str) -> None:
    with pytest.raises(InvalidParameterValue, match="volume"):
        workspace.client.dbfs.put(path, contents="")


@pytest.mark.parametrize(
    "path", ["/../token", "dbfs:/../token", "/%2e%2e/token", "/a/../../token", "relative", "", "/a\0b"]
)
def test_no_path_leaves_the_root(workspace: RunningWorkspace, path: str) -> None:
    assert error(workspace, "GET", "read", {"path": path}) == (400, "INVALID_PARAMETER_VALUE")
    assert error(workspace, "POST", "put", {"path": path, "contents": ""}) == (400, "INVALID_PARAMETER_VALUE")


def test_a_link_out_of_the_root_is_refused(workspace: RunningWorkspace, folder: str) -> None:
    link = workspace.root / "dbfs" / folder.lstrip("/") / "link"
    link.symlink_to(workspace.root)
    answer = workspace.call("GET", f"/api/2.0/dbfs/read?path={folder}/link/token")
    link.unlink()  # the workspace is shared with tests that list everything
    assert answer.json()["error_code"] == "INVALID_PARAMETER_VALUE"
    assert workspace.token not in answer.text
