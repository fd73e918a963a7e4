"""What people say of versions in the workspace registry: comments, and requests to move one to another stage.

https://docs.databricks.com/api/azure/workspace/modelregistry
"""

import secrets
from typing import Any

from local_workspace.clock import Clock, milliseconds
from local_workspace.errors import ResourceAlreadyExists, ResourceDoesNotExist
from local_workspace.mlflow.mlflow import Mlflow
from local_workspace.store import Condition, Document, Store, is_among

# More open requests than anybody makes for one version.
_MOST_OPEN = 1000


class Reviews:
    """Comments and open requests; `caller` is who asks."""

    def __init__(self, store: Store, clock: Clock, mlflow: Mlflow) -> None:
        self._store = store
        self._comments = store.collection("registry_comments")
        self._requests = store.collection("registry_requests")
        self._clock = clock
        self._mlflow = mlflow

    def add_comment(self, name: str, version: str, text: str, caller: str) -> Document:
        """A comment on a version."""
        self._mlflow.require_version(name, version)
        comment = self._new({"comment": text, "user_id": caller})
        self._comments.put(comment["id"], comment)
        return comment

    def change_comment(self, comment_id: str, text: str) -> Document:
        """Another text for a comment."""
        with self._store.transaction():
            self._require_comment(comment_id)
            return self._comments.update(comment_id, comment=text, last_updated_timestamp=self._now())

    def remove_comment(self, comment_id: str) -> None:
        """Remove a comment."""
        with self._store.transaction():
            self._require_comment(comment_id)
            self._comments.delete(comment_id)

    def _require_comment(self, comment_id: str) -> None:
        if self._comments.get(comment_id) is None:
            raise ResourceDoesNotExist(f"Comment with id {comment_id!r} does not exist.")

    def request(self, name: str, version: str, stage: str, comment: str, caller: str) -> Document:
        """Ask that a version be moved to a stage; the same user cannot ask twice."""
        wanted = self._mlflow.stage(stage)
        found = self._mlflow.version(name, version)
        with self._store.transaction():
            if any(each["user_id"] == caller for each in self._open(found, wanted)):
                raise ResourceAlreadyExists(
                    f"A request by {caller} to move version {version} of {name!r} to {wanted} is open."
                )
            said = {"comment": comment, "user_id": caller, "to_stage": wanted, **_identity(found)}
            request = self._new(said | {"activity_type": "REQUESTED_TRANSITION"})
            self._requests.put(request["id"], request)
        return request

    def requests(self, name: str, version: str) -> list[Document]:
        """The open requests of a version, the newest first."""
        return self._open(self._mlflow.version(name, version))

    def approve(
        self, name: str, version: str, stage: str, comment: str, caller: str, *, archive: bool
    ) -> Document:
        """Move the version, as somebody has asked for: all requests for this are closed."""
        found, wanted = self._mlflow.version(name, version), self._mlflow.stage(stage)
        with self._store.transaction():  # a move that MLflow refuses leaves the requests open
            self._close(found, wanted)
            self._mlflow.transition(name, version, wanted, archive=archive)
        return self._activity("APPROVED_REQUEST", found, wanted, comment, caller)

    def reject(self, name: str, version: str, stage: str, comment: str, caller: str) -> Document:
        """Close all requests to move the version to this stage."""
        found, wanted = self._mlflow.version(name, version), self._mlflow.stage(stage)
        self._close(found, wanted)
        return self._activity("REJECTED_REQUEST", found, wanted, comment, caller)

    def cancel(
        self, name: str, version: str, stage: str, creator: str, comment: str, caller: str
    ) -> Document:
        """Close the request that `creator` has made."""
        found, wanted = self._mlflow.version(name, version), self._mlflow.stage(stage)
        self._close(found, wanted, creator)
        return self._activity("CANCELLED_REQUEST", found, wanted, comment, caller)

    def _close(self, version: Any, stage: str, creator: str = "") -> None:
        with self._store.transaction():
            found = [each for each in self._open(version, stage) if creator in {"", each["user_id"]}]
            if not found:
                raise ResourceDoesNotExist(
                    f"Nobody has asked so to move version {version.version} of {version.name!r} to {stage}."
                )
            for each in found:
                self._requests.delete(each["id"])

    def _open(self, version: Any, stage: str = "") -> list[Document]:
        conditions = [_is(field, value) for field, value in _identity(version).items()]
        conditions += [_is("to_stage", stage)] if stage else []
        return self._requests.newest(conditions, count=_MOST_OPEN).documents

    def _activity(self, kind: str, version: Any, stage: str, comment: str, caller: str) -> Document:
        said = {"activity_type": kind, "comment": comment, "user_id": caller}
        return self._new(said | {"from_stage": version.current_stage, "to_stage": stage})

    def _new(self, fields: dict[str, Any]) -> Document:
        now = self._now()
        times = {"creation_timestamp": now, "last_updated_timestamp": now}
        return {"id": secrets.token_hex(16), **fields, **times}

    def _now(self) -> int:
        return milliseconds(self._clock.now())


def _identity(version: Any) -> dict[str, str | int]:
    """What tells a version from one that has its name and number later."""
    return {
        "model": version.name,
        "version": str(version.version),
        "version_created": version.creation_timestamp,
    }


def _is(field: str, value: str | int) -> Condition:
    return is_among(field, [value])
