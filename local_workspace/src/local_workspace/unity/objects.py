"""Catalogs, schemas and volumes as the store keeps them: a document each, by kind and full name."""

import uuid
from typing import Any

from local_workspace.clock import Clock, milliseconds
from local_workspace.errors import SecurableExists, SecurableNotFound
from local_workspace.store import Document, Store
from local_workspace.unity.kinds import Kind, holders
from local_workspace.unity.names import parent


class Objects:
    """What is there; it asks nobody for permission."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._documents = store.collection("unity_objects")
        self._clock = clock

    def find(self, kind: Kind, full_name: str) -> Document | None:
        """An object, or None."""
        return self._documents.get(_key(kind, full_name))

    def require(self, kind: Kind, full_name: str) -> Document:
        """An object; the refusal names the outermost thing that is not there."""
        for each, name in holders(kind, full_name):
            if self.find(each, name) is None:
                raise SecurableNotFound(each.noun, name)
        found = self.find(kind, full_name)
        if found is None:
            raise SecurableNotFound(kind.noun, full_name)
        return found

    def inside(self, kind: Kind, holder: str) -> list[Document]:
        """The objects of a kind that are directly in `holder` ("" holds the catalogs), by name."""
        found = [d for d in self._documents.values() if _is_in(d, kind, holder)]
        return sorted(found, key=lambda document: str(document["full_name"]))

    def create(self, kind: Kind, full_name: str, owner: str, fields: dict[str, Any]) -> Document:
        """A new object."""
        if self.find(kind, full_name) is not None:
            raise SecurableExists(kind.noun, full_name.rpartition(".")[2])
        now = milliseconds(self._clock.now())
        document: Document = fields | {
            "id": str(uuid.uuid4()),
            "securable_type": kind.securable_type,
            "name": full_name.rpartition(".")[2],
            "full_name": full_name,
            "owner": owner,
            "created_at": now,
            "created_by": owner,
            "updated_at": now,
            "updated_by": owner,
        }
        self._documents.put(_key(kind, full_name), document)
        return document

    def update(self, kind: Kind, full_name: str, user_name: str, changes: dict[str, Any]) -> Document:
        """Change some fields."""
        now = milliseconds(self._clock.now())
        return self._documents.update(_key(kind, full_name), **changes, updated_at=now, updated_by=user_name)

    def rename(self, kind: Kind, full_name: str, new_full_name: str) -> None:
        """Give an object that holds no other another name."""
        if self.find(kind, new_full_name) is not None:
            raise SecurableExists(kind.noun, new_full_name.rpartition(".")[2])
        document = self.require(kind, full_name)
        self.delete(kind, full_name)
        renamed = document | {"full_name": new_full_name, "name": new_full_name.rpartition(".")[2]}
        self._documents.put(_key(kind, new_full_name), renamed)

    def delete(self, kind: Kind, full_name: str) -> None:
        """Forget an object."""
        self._documents.delete(_key(kind, full_name))


def _key(kind: Kind, full_name: str) -> str:
    return f"{kind.securable_type}/{full_name}"


def _is_in(document: Document, kind: Kind, holder: str) -> bool:
    return document["securable_type"] == kind.securable_type and parent(document["full_name"]) == holder
