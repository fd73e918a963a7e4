"""A file is there as it was meant: small ones by one request, large ones in blocks, each read again."""

import base64
import io

import pytest

from rookery.exceptions import StorageError
from rookery.hooks.databricks import workspace_client
from rookery.workspace import storage
from tests.recorder import Recorder, Reply

MIB = 1 << 20
PUT = "POST /api/2.0/dbfs/put"


def test_a_large_file_goes_to_dbfs_in_blocks_of_a_mebibyte(databricks: Recorder) -> None:
    content = bytes(range(256)) * (MIB // 128) + b"rest"
    assert storage.put(workspace_client("databricks_default"), "dbfs:/rookery/x.csv", io.BytesIO(content))
    assert databricks.bodies("POST /api/2.0/dbfs/create") == [{"path": "/rookery/x.csv", "overwrite": True}]
    blocks = [base64.b64decode(body["data"]) for body in databricks.bodies("POST /api/2.0/dbfs/add-block")]
    assert [len(block) for block in blocks] == [MIB, MIB, 4]
    assert databricks.files["/rookery/x.csv"] == content
    assert len(databricks.bodies("POST /api/2.0/dbfs/close")) == 1


def test_a_small_file_goes_to_dbfs_by_one_request_that_can_be_done_twice(databricks: Recorder) -> None:
    storage.write_text(workspace_client("databricks_default"), "dbfs:/rookery/x.json", "{}")
    data = base64.b64encode(b"{}").decode()
    assert databricks.bodies(PUT) == [{"path": "/rookery/x.json", "contents": data, "overwrite": True}]


def test_a_file_that_is_there_already_is_not_written_again(databricks: Recorder) -> None:
    databricks.files["/x.csv"] = b"a,b"
    assert not storage.put(workspace_client("databricks_default"), "dbfs:/x.csv", io.BytesIO(b"a,b"))
    assert databricks.bodies(PUT) == []


@pytest.mark.parametrize("broken", [b"a,ba,b", b"a,", b"a,c"])
def test_a_broken_file_is_noticed_and_written_again(databricks: Recorder, broken: bytes) -> None:
    databricks.files["/x.csv"] = broken
    assert storage.put(workspace_client("databricks_default"), "dbfs:/x.csv", io.BytesIO(b"a,b"))
    assert databricks.files["/x.csv"] == b"a,b"


def test_a_file_that_never_is_what_was_written_is_an_error_that_says_what_it_must_be(
    databricks: Recorder,
) -> None:
    databricks.answers(PUT, {})
    databricks.files["/x.csv"] = b"twice"
    with pytest.raises(StorageError, match=r"dbfs:/x.csv was written 3 times .* must have 3 bytes") as caught:
        storage.put(workspace_client("databricks_default"), "dbfs:/x.csv", io.BytesIO(b"a,b"))
    assert caught.value.retriable
    assert len(databricks.bodies(PUT)) == 3


def test_a_file_goes_to_a_volume_as_it_is_with_its_folder(databricks: Recorder) -> None:
    folder, path = "/Volumes/main/default/models/rookery", "/Volumes/main/default/models/rookery/x.json"
    missing = Reply(404, {"error_code": "NOT_FOUND", "message": "not there"})
    databricks.answers(f"PUT /api/2.0/fs/directories{folder}", {})
    databricks.answers(f"PUT /api/2.0/fs/files{path}", {})
    databricks.answers(f"HEAD /api/2.0/fs/files{path}", missing, {"a": 1})
    databricks.answers(f"GET /api/2.0/fs/files{path}", {"a": 1})
    storage.write_text(workspace_client("databricks_default"), path, '{"a": 1}')
    assert databricks.bodies(f"PUT /api/2.0/fs/files{path}") == [{"a": 1}]
    assert len(databricks.bodies(f"PUT /api/2.0/fs/directories{folder}")) == 1


def test_the_size_of_a_file_that_is_not_there_is_none(databricks: Recorder) -> None:
    client = workspace_client("databricks_default")
    databricks.files["/x"] = b"twelve bytes"
    assert storage.size(client, "dbfs:/x") == 12
    assert storage.size(client, "/Volumes/main/default/models/x") is None
