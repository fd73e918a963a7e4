"""Workspace 2.0: https://docs.databricks.com/api/azure/workspace/workspace"""

import base64
import binascii
from pathlib import PurePosixPath
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local_workspace.api.bodies import BodyLimit, json_object
from local_workspace.api.wire import Answer, Body, raw_routes, routes
from local_workspace.errors import (
    InvalidParameterValue,
    MaxNotebookSizeExceeded,
    NameTaken,
    ResourceAlreadyExists,
)
from local_workspace.files.workspace import FILE, NOTEBOOK, WorkspaceFiles
from local_workspace.messages import Message
from local_workspace.notebooks.forms import to_jupyter, to_source
from local_workspace.notebooks.source import COMMENTS

LARGEST_IMPORT = 10 * 1024 * 1024
# As base64 the content is a third larger.
IMPORT_LIMIT = BodyLimit(16 * 1024 * 1024, MaxNotebookSizeExceeded)
FORMATS = ("SOURCE", "AUTO", "RAW", "JUPYTER")
LANGUAGES = {".py": "PYTHON", ".r": "R", ".scala": "SCALA", ".sql": "SQL"}
SUFFIXES = {language: suffix.lstrip(".") for suffix, language in LANGUAGES.items()}


class OnePath(Message):
    """`get-status`, `list`, `mkdirs`."""

    path: str


class Import(OnePath):
    """`import`: the content as base64 in JSON, or as the file of a multipart form."""

    content: str | bytes = ""
    format: str = "SOURCE"
    language: str | None = None
    overwrite: bool = False


class ImportFile(OnePath):
    """`import-file`, of the `databricks` command: the body is the content."""

    overwrite: bool = False


class Export(OnePath):
    """`export`: as base64, or as it is with `direct_download`."""

    format: str = "SOURCE"
    direct_download: bool = False


class Delete(OnePath):
    """`delete`."""

    recursive: bool = False


def workspace_routes(files: WorkspaceFiles) -> list[Route]:
    """Every method of Workspace 2.0."""

    async def import_file(request: ImportFile, body: Body) -> Response:
        content = await body.read()
        await run_in_threadpool(_import_file, files, request, content)
        return JSONResponse({})

    return [
        *routes("POST", "workspace/mkdirs", OnePath, lambda m: files.make_folder(m.path)),
        *routes("POST", "workspace/import", Import, lambda m: _import(files, m), limit=IMPORT_LIMIT),
        *routes("GET", "workspace/export", Export, lambda m: _export(files, m)),
        *routes("GET", "workspace/get-status", OnePath, lambda m: files.status(m.path)),
        *routes("GET", "workspace/list", OnePath, lambda m: _list(files, m)),
        *routes("POST", "workspace/delete", Delete, lambda m: files.delete(m.path, recursive=m.recursive)),
        *raw_routes(
            "POST", "workspace-files/import-file/{path:path}", ImportFile, import_file, limit=IMPORT_LIMIT
        ),
    ]


def _import(files: WorkspaceFiles, request: Import) -> None:
    """Write a notebook (SOURCE, or AUTO with a notebook's first line) or a file (AUTO, RAW)."""
    _check_format(request.format)
    content = _decoded(request.content)
    path, language = request.path, request.language
    if request.format == "JUPYTER":
        files.write(path, content, NOTEBOOK, _jupyter_language(content), overwrite=request.overwrite)
        return
    if request.format == "AUTO":
        path, language = _notebook_in(path, content)
    elif request.format == "SOURCE" or not request.format:
        language = _required_language(request)
    if request.format == "RAW" or language is None:
        files.write(path, content, FILE, None, overwrite=request.overwrite)
    else:
        is_jupyter = path != request.path and PurePosixPath(request.path).suffix.lower() == ".ipynb"
        source = content if is_jupyter else _with_header(content, language)
        files.write(path, source, NOTEBOOK, language, overwrite=request.overwrite)


def _import_file(files: WorkspaceFiles, request: ImportFile, content: bytes) -> None:
    """As `import` with AUTO. What is there already is a conflict, unless it is a notebook."""
    asked = {"path": f"/{request.path.lstrip('/')}", "format": "AUTO", "overwrite": request.overwrite}
    try:
        _import(files, Import.model_validate(asked | {"content": content}))
    except ResourceAlreadyExists as error:
        if files.is_notebook(_notebook_in(str(asked["path"]), content)[0]):
            raise
        raise NameTaken(str(error)) from error


def _export(files: WorkspaceFiles, request: Export) -> Answer:
    """The content of a notebook or file; a notebook in either form, whichever it was imported in."""
    _check_format(request.format)
    content = files.read(request.path)
    file_type = PurePosixPath(request.path).suffix.lstrip(".")
    if files.is_notebook(request.path):
        content, file_type = _in_form(files, request, content)
    if request.direct_download:
        return Response(content, media_type="application/octet-stream")
    return {"content": base64.b64encode(content).decode(), "file_type": file_type}


def _in_form(files: WorkspaceFiles, request: Export, content: bytes) -> tuple[bytes, str]:
    """A notebook in the form that is asked for, and the suffix of that."""
    language = str(files.status(request.path)["language"])
    is_jupyter = content.lstrip().startswith(b"{")
    wants_jupyter = {"JUPYTER": True, "SOURCE": False, "": False}.get(request.format, is_jupyter)
    text = content.decode(errors="replace")
    if wants_jupyter and not is_jupyter:
        content = to_jupyter(text, language, PurePosixPath(request.path).name).encode()
    if is_jupyter and not wants_jupyter:
        content = to_source(text, language).encode()
    return content, "ipynb" if wants_jupyter else SUFFIXES[language]


def _list(files: WorkspaceFiles, request: OnePath) -> Answer:
    objects = files.list(request.path)
    return {"objects": objects} if objects else {}  # an empty folder has no `objects` field


def _check_format(name: str) -> None:
    if name and name not in FORMATS:
        raise InvalidParameterValue(
            f"Format {name} is not offered by this workspace: use one of {', '.join(FORMATS)}."
        )


def _decoded(content: str | bytes) -> bytes:
    try:
        raw = base64.b64decode(content, validate=True) if isinstance(content, str) else content
    except (binascii.Error, ValueError) as error:
        raise InvalidParameterValue(f"The content is not base64: {error}") from error
    if len(raw) > LARGEST_IMPORT:
        raise MaxNotebookSizeExceeded(
            f"The content has {len(raw)} bytes: at most {LARGEST_IMPORT} are allowed."
        )
    return raw


def _header(language: str) -> str:
    return f"{COMMENTS[language]} Databricks notebook source"


def _notebook_in(path: str, content: bytes) -> tuple[str, str | None]:
    """Path without extension and language when `content` is a notebook; else the path as it is and None."""
    suffix = PurePosixPath(path).suffix.lower()
    if suffix == ".ipynb":
        return str(PurePosixPath(path).with_suffix("")), _jupyter_language(content)
    language = LANGUAGES.get(suffix)
    if language is None or not content.startswith(_header(language).encode()):
        return path, None
    return str(PurePosixPath(path).with_suffix("")), language


def _jupyter_language(content: bytes) -> str:
    """That of a Jupyter notebook's kernel: Python unless Databricks has noted another one."""
    notebook = json_object(content)
    if not isinstance(notebook.get("cells"), list):
        raise InvalidParameterValue("The content is no Jupyter notebook of version 4: it has no cells.")
    noted: Any = notebook.get("metadata")
    for part in ("application/vnd.databricks.v1+notebook", "language"):
        noted = noted.get(part) if isinstance(noted, dict) else None
    language = str(noted).upper()
    return language if language in COMMENTS else "PYTHON"


def _required_language(request: Import) -> str:
    language = (request.language or "").upper()
    if language not in COMMENTS:
        raise InvalidParameterValue(
            f"Language {request.language!r} of {request.path}: format SOURCE needs {' or '.join(COMMENTS)}."
        )
    return language


def _with_header(content: bytes, language: str) -> bytes:
    header = _header(language).encode()
    return content if content.startswith(header) else header + b"\n" + content
