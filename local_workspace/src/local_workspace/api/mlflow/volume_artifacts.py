"""Artifacts that a run has in a volume, where MLflow's server cannot look: lists, and files for its web page.

A client with the tracking URI `databricks` sends and fetches their bytes by the Files API itself.
"""

from collections.abc import Mapping
from typing import Any

from local_workspace.api.files.directories import name_before, page_token
from local_workspace.errors import NotFound
from local_workspace.files.trees.content import list_folder
from local_workspace.files.trees.trees import Access, Place, Trees
from local_workspace.messages import Message, parsed
from local_workspace.mlflow.artifacts import Artifacts


class OfRun(Message):
    """`artifacts/list`, as far as it is read here."""

    run_id: str = ""
    run_uuid: str = ""
    path: str = ""
    page_token: str = ""


class VolumeArtifacts:
    """Both answer None for a run that has its artifacts elsewhere."""

    def __init__(self, artifacts: Artifacts, trees: Trees) -> None:
        self._artifacts = artifacts
        self._trees = trees

    def file(self, fields: Mapping[str, Any]) -> Place | None:
        """What `get-artifact` of MLflow's page asks for."""
        asked = parsed(OfRun, fields)
        root = self._artifacts.volume_of(asked.run_id or asked.run_uuid)
        return None if root is None else self._trees.place(f"{root}/{asked.path}", Access.READ)

    def listed(self, fields: Mapping[str, Any]) -> dict[str, Any] | None:
        """`artifacts/list`: nothing in a file, and nothing where nothing is, as MLflow answers it."""
        asked = parsed(OfRun, fields)
        root = self._artifacts.volume_of(asked.run_id or asked.run_uuid)
        if root is None:
            return None
        answer: dict[str, Any] = {"root_uri": f"dbfs:{root}"}
        try:
            place = self._trees.place(f"{root}/{asked.path}", Access.READ)
            page = list_folder(place, name_before(asked.page_token), 0)
        except NotFound:
            return answer
        answer["files"] = [
            {
                "path": "/".join(filter(None, (asked.path.strip("/"), entry["name"]))),
                "is_dir": entry["is_directory"],
                **({} if entry["is_directory"] else {"file_size": entry["file_size"]}),
            }
            for entry in page.entries
        ]
        return answer | ({"next_page_token": page_token(page.last_name)} if page.last_name else {})
