"""Files go to DBFS in blocks, and to a Volume as they are, by the same calls."""

import base64
import io

from rookery.hooks.databricks import workspace_client
from rookery.workspace import storage
from tests.recorder import Recorder

MIB = 1 << 20


def test_a_file_goes_to_dbfs_in_blocks_of_a_mebibyte(databricks: Recorder) -> None:
    databricks.answers("POST /api/2.0/dbfs/create", {"handle": 7})
    databricks.answers("POST /api/2.0/dbfs/add-block", {})
    databricks.answers("POST /api/2.0/dbfs/close", {})
    content = bytes(range(256)) * (MIB // 128)
    storage.upload(workspace_client("databricks_default"), "dbfs:/rookery/x.csv", io.BytesIO(content))
    assert databricks.bodies("POST /api/2.0/dbfs/create") == [{"path": "/rookery/x.csv", "overwrite": True}]
    blocks = [base64.b64decode(body["data"]) for body in databricks.bodies("POST /api/2.0/dbfs/add-block")]
    assert [len(block) for block in blocks] == [MIB, MIB]
    assert b"".join(blocks) == content
    assert databricks.bodies("POST /api/2.0/dbfs/close") == [{"handle": 7}]


def test_a_file_goes_to_a_volume_as_it_is_with_its_folder(databricks: Recorder) -> None:
    folder, path = "/Volumes/main/default/models/rookery", "/Volumes/main/default/models/rookery/x.json"
    databricks.answers(f"PUT /api/2.0/fs/directories{folder}", {})
    databricks.answers(f"PUT /api/2.0/fs/files{path}", {})
    storage.write_text(workspace_client("databricks_default"), path, '{"a": 1}')
    assert databricks.bodies(f"PUT /api/2.0/fs/files{path}") == [{"a": 1}]
    assert len(databricks.bodies(f"PUT /api/2.0/fs/directories{folder}")) == 1


def test_the_size_of_a_file_that_is_not_there_is_none(databricks: Recorder) -> None:
    client = workspace_client("databricks_default")
    databricks.answers("GET /api/2.0/dbfs/get-status", {"path": "/x", "file_size": 12})
    assert storage.size(client, "dbfs:/x") == 12
    assert storage.size(client, "/Volumes/main/default/models/x") is None
