"""`artifacts/list` of a run whose artifacts are in a volume, where MLflow's server cannot look.

A client with the tracking URI `databricks` sends and fetches their bytes by the Files API itself.
"""

from collections.abc import Callable, Mapping
from typing import Any

from local_workspace.api.files.directories import name_before, page_token
from local_workspace.errors import NotFound
from local_workspace.files.trees.content import list_folder
from local_workspace.files.trees.trees import Access, Trees
from local_workspace.messages import Message, parsed
from local_workspace.mlflow.artifacts import Artifacts

# The answer to the fields of an `artifacts/list`, or None for a run that has them elsewhere.
ListInVolume = Callable[[Mapping[str, Any]], dict[str, Any] | None]


class OfRun(Message):
    """`artifacts/list`, as far as it is read here."""

    run_id: str = ""
    run_uuid: str = ""
    path: str = ""
    page_token: str = ""


def artifacts_in_volumes(artifacts: Artifacts, trees: Trees) -> ListInVolume:
    """What is in a folder of a run; nothing in a file, and nothing where nothing is, as MLflow answers it."""

    def listed(fields: Mapping[str, Any]) -> dict[str, Any] | None:
        asked = parsed(OfRun, fields)
        root = artifacts.volume_of(asked.run_id or asked.run_uuid)
        if root is None:
            return None
        answer: dict[str, Any] = {"root_uri": f"dbfs:{root}"}
        try:
            place = trees.place(f"{root}/{asked.path}", Access.READ)
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

    return listed
