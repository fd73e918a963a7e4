"""Workspace files and notebooks through the SDK."""

import base64
import io
import json
import secrets

import pytest
from databricks.sdk.errors import (
    BadRequest,
    InvalidParameterValue,
    PermissionDenied,
    ResourceAlreadyExists,
    ResourceDoesNotExist,
)
from databricks.sdk.service.workspace import ExportFormat, ImportFormat, Language, ObjectType

from tests.wire.running_workspace import RunningWorkspace

HOME = "/Users/local.user@example.com"
SOURCE = b"# Databricks notebook source\nprint(1)"


@pytest.fixture
def folder(workspace: RunningWorkspace) -> str:
    """A workspace folder of the test's own."""
    path = f"{HOME}/{secrets.token_hex(8)}"
    workspace.client.workspace.mkdirs(path)
    return path


def test_home_and_shared_are_there(workspace: RunningWorkspace) -> None:
    for path in (HOME, "/Shared", f"/Workspace{HOME}"):
        assert workspace.client.workspace.get_status(path).object_type == ObjectType.DIRECTORY


@pytest.mark.parametrize("format_", [ImportFormat.AUTO, ImportFormat.RAW])
def test_a_python_file_keeps_name_and_bytes(
    workspace: RunningWorkspace, folder: str, format_: ImportFormat
) -> None:
    content = "print('ü')\r\n".encode()
    workspace.client.workspace.upload(f"/Workspace{folder}/run.py", io.BytesIO(content), format=format_)
    status = workspace.client.workspace.get_status(f"{folder}/run.py")
    assert (status.object_type, status.path, status.size) == (
        ObjectType.FILE,
        f"{folder}/run.py",
        len(content),
    )
    assert workspace.client.workspace.download(f"{folder}/run.py").read() == content
    assert (workspace.root / "workspace" / folder.lstrip("/") / "run.py").read_bytes() == content


def test_a_source_import_is_a_notebook_with_its_first_line(workspace: RunningWorkspace, folder: str) -> None:
    workspace.client.workspace.upload(
        f"{folder}/notebook", io.BytesIO(b"print(1)"), format=ImportFormat.SOURCE, language=Language.PYTHON
    )
    status = workspace.client.workspace.get_status(f"{folder}/notebook")
    assert (status.object_type, status.language) == (ObjectType.NOTEBOOK, Language.PYTHON)
    assert workspace.client.workspace.download(f"{folder}/notebook").read() == SOURCE


def test_an_auto_import_of_notebook_source_loses_its_suffix(workspace: RunningWorkspace, folder: str) -> None:
    workspace.client.workspace.upload(f"{folder}/notebook.py", io.BytesIO(SOURCE), format=ImportFormat.AUTO)
    status = workspace.client.workspace.get_status(f"{folder}/notebook")
    assert (status.object_type, status.language) == (ObjectType.NOTEBOOK, Language.PYTHON)


def test_json_import_and_export_carry_base64(workspace: RunningWorkspace, folder: str) -> None:
    content = base64.b64encode(SOURCE).decode()
    workspace.client.workspace.import_(
        f"{folder}/n", content=content, format=ImportFormat.SOURCE, language=Language.PYTHON
    )
    exported = workspace.client.workspace.export(f"{folder}/n", format=ExportFormat.SOURCE)
    assert (exported.content, exported.file_type) == (content, "py")


def test_a_list_tells_what_is_in_a_folder(workspace: RunningWorkspace, folder: str) -> None:
    files = workspace.client.workspace
    files.upload(f"{folder}/a.txt", io.BytesIO(b"a"), format=ImportFormat.RAW)
    files.mkdirs(f"/Workspace{folder}/inner")
    listed = [(o.path, o.object_type) for o in files.list(folder)]
    assert listed == [(f"{folder}/a.txt", ObjectType.FILE), (f"{folder}/inner", ObjectType.DIRECTORY)]
    assert list(files.list(f"{folder}/inner")) == []


def test_an_object_keeps_its_id(workspace: RunningWorkspace, folder: str) -> None:
    files = workspace.client.workspace
    files.upload(f"{folder}/a", io.BytesIO(b"1"), format=ImportFormat.RAW)
    first = files.get_status(f"{folder}/a").object_id
    files.upload(f"{folder}/a", io.BytesIO(b"2"), format=ImportFormat.RAW, overwrite=True)
    assert files.get_status(f"/Workspace{folder}/a").object_id == first


def test_an_existing_object_is_kept_unless_overwrite_is_said(
    workspace: RunningWorkspace, folder: str
) -> None:
    files = workspace.client.workspace
    files.upload(f"{folder}/a", io.BytesIO(b"1"), format=ImportFormat.RAW)
    with pytest.raises(ResourceAlreadyExists, match="already exists"):
        files.upload(f"{folder}/a", io.BytesIO(b"2"), format=ImportFormat.RAW)
    with pytest.raises(ResourceAlreadyExists):
        files.mkdirs(f"{folder}/a")
    with pytest.raises(InvalidParameterValue, match="type mismatch"):
        files.import_(
            f"{folder}/a", content="", format=ImportFormat.SOURCE, language=Language.PYTHON, overwrite=True
        )
    assert files.download(f"{folder}/a").read() == b"1"


def test_a_missing_parent_folder_is_not_made(workspace: RunningWorkspace, folder: str) -> None:
    with pytest.raises(ResourceDoesNotExist, match=rf"The parent folder \({folder}/none\) does not exist."):
        workspace.client.workspace.upload(f"{folder}/none/a", io.BytesIO(b"1"), format=ImportFormat.RAW)


def test_a_missing_object_does_not_exist(workspace: RunningWorkspace, folder: str) -> None:
    files = workspace.client.workspace
    for ask in (files.get_status, files.download, files.delete, lambda path: list(files.list(path))):
        with pytest.raises(ResourceDoesNotExist, match=rf"Path \({folder}/missing\) doesn't exist."):
            ask(f"{folder}/missing")


def test_a_full_folder_is_deleted_only_recursively(workspace: RunningWorkspace, folder: str) -> None:
    files = workspace.client.workspace
    files.upload(f"{folder}/a", io.BytesIO(b"1"), format=ImportFormat.RAW)
    with pytest.raises(BadRequest) as refused:
        files.delete(folder)
    assert refused.value.error_code == "DIRECTORY_NOT_EMPTY"
    files.delete(folder, recursive=True)
    with pytest.raises(ResourceDoesNotExist):
        files.get_status(folder)


def test_the_home_folder_stays(workspace: RunningWorkspace) -> None:
    with pytest.raises(PermissionDenied):
        workspace.client.workspace.delete(HOME, recursive=True)


def test_a_source_import_needs_a_language(workspace: RunningWorkspace, folder: str) -> None:
    with pytest.raises(InvalidParameterValue, match="Language None"):
        workspace.client.workspace.import_(f"{folder}/n", content="", format=ImportFormat.SOURCE)


def test_an_import_over_ten_mebibytes_is_refused(workspace: RunningWorkspace, folder: str) -> None:
    with pytest.raises(BadRequest) as refused:
        workspace.client.workspace.upload(
            f"{folder}/a", io.BytesIO(b"x" * (10 * 1024 * 1024 + 1)), format=ImportFormat.RAW
        )
    assert refused.value.error_code == "MAX_NOTEBOOK_SIZE_EXCEEDED"


@pytest.mark.parametrize(
    "path", ["/../token", "/Workspace/../token", "/%2e%2e/token", "/Shared/../../token", "x"]
)
def test_no_path_leaves_the_root(workspace: RunningWorkspace, path: str) -> None:
    for method, call in (("GET", "export"), ("POST", "import"), ("POST", "delete"), ("POST", "mkdirs")):
        answer = workspace.call(method, f"/api/2.0/workspace/{call}", {"path": path, "format": "RAW"})
        assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


CELLS = (
    b"# Databricks notebook source\nprint(1)\n\n# COMMAND ----------\n\n# MAGIC %md\n# MAGIC # Title\n"
    b"\n# COMMAND ----------\n\n# MAGIC %sql\n# MAGIC SELECT 1\n\n# COMMAND ----------\n\n"
    b"# MAGIC %pip install x\nimport x\n"
)


def test_a_notebook_is_exported_in_either_form(workspace: RunningWorkspace, folder: str) -> None:
    files = workspace.client.workspace
    files.upload(f"{folder}/source.py", io.BytesIO(CELLS), format=ImportFormat.AUTO)
    exported = files.export(f"{folder}/source", format=ExportFormat.JUPYTER)
    assert exported.file_type == "ipynb"
    notebook = json.loads(base64.b64decode(exported.content or ""))
    assert [(cell["cell_type"], "".join(cell["source"])) for cell in notebook["cells"]] == [
        ("code", "print(1)"),
        ("markdown", "# Title"),
        ("code", "%sql\nSELECT 1"),
        ("code", "%pip install x\nimport x"),
    ]
    content = base64.b64decode(exported.content or "")
    files.upload(f"{folder}/jupyter.ipynb", io.BytesIO(content), format=ImportFormat.AUTO)
    assert files.download(f"{folder}/jupyter").read() == CELLS
    for name, kept in (("jupyter", content), ("source", CELLS)):
        assert files.download(f"{folder}/{name}", format=ExportFormat.AUTO).read() == kept


def test_the_command_line_puts_files_there_by_a_call_of_its_own(
    workspace: RunningWorkspace, folder: str
) -> None:
    """What `databricks sync` and `databricks bundle deploy` send, and how they tell conflicts apart."""

    def put(name: str, content: bytes, *, overwrite: bool = False) -> int:
        query = f"overwrite={'true' if overwrite else 'false'}"
        path = f"/api/2.0/workspace-files/import-file{folder}/{name}?{query}"
        with workspace.http as http:
            return http.post(path, content=content).status_code

    files = workspace.client.workspace
    assert put("a file.txt", b"1") == 200
    assert put("a file.txt", b"2") == 409
    assert put("a file.txt", b"3", overwrite=True) == 200
    assert files.download(f"{folder}/a file.txt").read() == b"3"
    assert put("notebook.py", SOURCE) == 200
    assert files.get_status(f"{folder}/notebook").object_type == ObjectType.NOTEBOOK
    assert put("notebook.py", SOURCE) == 400
    assert put("none/a.txt", b"1") == 404
    assert put("..%2f..%2f..%2ftoken", b"1", overwrite=True) == 400
