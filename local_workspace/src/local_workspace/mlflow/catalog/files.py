"""The files of model versions in Unity Catalog: a folder each, `/Models/<catalog>/<schema>/…` to clients."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from local_workspace.errors import (
    InvalidParameterValue,
    InvalidState,
    NotFound,
    PermissionDenied,
    ResourceDoesNotExist,
)
from local_workspace.files.paths import below
from local_workspace.files.trees.trees import Access, Tree
from local_workspace.mlflow.catalog.names import ModelName
from local_workspace.store import Document

PREFIX = "/Models"
PENDING, READY = "PENDING_REGISTRATION", "READY"
_PATH = re.compile(rf"{PREFIX}/(?P<name>[^/]+/[^/]+/[^/]+)/(?P<version>[0-9]+)(?P<rest>(/.*)?)", re.DOTALL)
_SIGNATURE_MISSING = (
    "Model passed for registration did not contain any signature metadata. All models in the Unity Catalog "
    "must be logged with a model signature containing both input and output type specifications. See "
    "https://mlflow.org/docs/latest/model/signatures.html#how-to-log-models-with-signatures for details on "
    "how to log a model with a signature"
)

# The document of a version, for a caller who is about to do this with its files.
FindVersion = Callable[[str, str, Access], Document]


class VersionFiles:
    """Folders by the ids of models, so that a model can be renamed while its files are read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def folder(self, version: Document) -> Path:
        """The folder of a version, there or not."""
        return self._folder / str(version["model"]) / str(version["version"])

    def remove(self, version: Document) -> None:
        """Remove what a version has."""
        shutil.rmtree(self.folder(version), ignore_errors=True)

    def require_signature(self, version: Document) -> None:
        """`InvalidParameterValue` unless there is a model that says what goes in and what comes out."""
        signature = _metadata(self.folder(version) / "MLmodel").get("signature") or {}
        if not (isinstance(signature, dict) and signature.get("inputs") and signature.get("outputs")):
            raise InvalidParameterValue(_SIGNATURE_MISSING)

    def model_folder(self, version: Document) -> Path:
        """The folder with the `MLmodel` of a version; `InvalidState` if it is not READY."""
        if version["status"] != READY:
            raise InvalidState(f"{_named(version)} is {version['status']}, not READY.")
        return self.folder(version)

    def tree(self, find: FindVersion) -> Tree:
        """The versions in the Files API. Only those that are PENDING are written."""

        def locate(path: str, access: Access) -> Path:
            asked = _PATH.fullmatch(path)
            if asked is None:
                raise NotFound(f"{path} is no path of a model version's files.")
            try:
                version = find(asked["name"].replace("/", "."), asked["version"], access)
            except ResourceDoesNotExist as error:
                raise NotFound(str(error)) from error
            if access is Access.WRITE and version["status"] != PENDING:
                raise PermissionDenied(f"{_named(version)} is registered: its files cannot be changed.")
            return below(self.folder(version), asked["rest"] or "/")

        return Tree(PREFIX, locate)


def path_of(name: ModelName, version: str) -> str:
    """The path of a version in the Files API."""
    return "/".join([PREFIX, *name, version])


def _named(version: Document) -> str:
    return f"Version {version['version']} of model {version['name']!r}"


def _metadata(file: Path) -> dict[str, Any]:
    """What an `MLmodel` file says; empty if it is none."""
    import yaml

    try:
        found = yaml.safe_load(file.read_text())
    except (OSError, ValueError, yaml.YAMLError):
        return {}
    return found if isinstance(found, dict) else {}
