"""Users, groups and service principals of the workspace: recorded, as everything is done by its one user.

https://docs.databricks.com/api/azure/workspace/users
"""

from collections.abc import Sequence
from typing import Any

from local_workspace.errors import PermissionDenied
from local_workspace.identity.errors import InvalidValue, NotUnique, ScimNotFound
from local_workspace.identity.filters import test_of
from local_workspace.identity.kinds import ADMINS, EVERYBODY, GROUPS, KINDS, SERVICE_PRINCIPALS, USERS, Kind
from local_workspace.identity.patches import patched
from local_workspace.settings import Settings
from local_workspace.store import Document, Store

Resource = dict[str, Any]


class Principals:
    """Every principal; safe to use from every thread."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._store = store
        self._kept = {kind.path: store.collection(f"scim_{kind.path}") for kind in KINDS}
        self._user = settings.user_name
        with store.transaction():
            if not self._kept[USERS.path].values():
                self._make_first()

    def create(self, kind: Kind, fields: Resource) -> Resource:
        """A new principal."""
        with self._store.transaction():
            number = str(self._store.next_number("principal"))
            self._put(kind, number, kind.fresh() | fields)
        return self.get(kind, number)

    def get(self, kind: Kind, number: str) -> Resource:
        """A principal, with the groups it is in, or its members. Raises `ScimNotFound`."""
        return self._shown(kind, self._document(kind, number))

    def list(self, kind: Kind, condition: str) -> list[Resource]:
        """Those for which a filter holds, oldest first."""
        holds = test_of(condition)
        shown = [self._shown(kind, document) for document in self._kept[kind.path].values()]
        return [resource for resource in shown if holds(resource)]

    def replace(self, kind: Kind, number: str, fields: Resource) -> None:
        """Replace all that a client gives of a principal."""
        fixed = {name: self._document(kind, number).get(name) for name in ("id", "applicationId")}
        self._put(kind, number, fields | {name: value for name, value in fixed.items() if value})

    def patch(self, kind: Kind, number: str, operations: Sequence[dict[str, Any]]) -> None:
        """Change some of a principal."""
        with self._store.transaction():
            self._put(kind, number, patched(self._document(kind, number), operations))

    def delete(self, kind: Kind, number: str) -> None:
        """Forget a principal; it is in no group any more. The user of the workspace and its groups stay."""
        document = self._document(kind, number)
        if document.get(kind.unique) in (self._user, ADMINS, EVERYBODY):
            raise PermissionDenied(f"{kind.noun} {document[kind.unique]} cannot be deleted.")
        with self._store.transaction():
            self._kept[kind.path].delete(number)
            for group in self._kept[GROUPS.path].values():
                members = [each for each in group.get("members", ()) if each.get("value") != number]
                self._kept[GROUPS.path].update(group["id"], members=members)

    def named(self, name: str) -> tuple[Kind, Resource] | None:
        """The active user or service principal who calls by this name (of a service principal: its id)."""
        for kind in (USERS, SERVICE_PRINCIPALS):
            for document in self._kept[kind.path].values():
                if document[kind.unique] == name and document.get("active", True):
                    return kind, self._shown(kind, document)
        return None

    def _make_first(self) -> None:
        first = str(self._store.next_number("principal"))
        address = {"value": self._user, "type": "work", "primary": True}
        self._put(
            USERS,
            first,
            USERS.fresh() | {"userName": self._user, "displayName": self._user, "emails": [address]},
        )
        for name in (ADMINS, EVERYBODY):
            number = str(self._store.next_number("principal"))
            self._put(GROUPS, number, {"displayName": name, "members": [{"value": first}]})

    def _document(self, kind: Kind, number: str) -> Document:
        document = self._kept[kind.path].get(number)
        if document is None:
            raise ScimNotFound(f"{kind.noun} with id {number} not found.")
        return document

    def _put(self, kind: Kind, number: str, fields: Resource) -> None:
        if not fields.get(kind.required):
            raise InvalidValue(f"Missing required field: {kind.required}")
        if "active" in fields:
            fields = fields | {"active": _truth(fields["active"])}
        with self._store.transaction():
            for other in self._kept[kind.path].values():
                if other[kind.unique] == fields[kind.unique] and other["id"] != number:
                    raise NotUnique(f"{kind.noun} with {kind.unique} {fields[kind.unique]} already exists.")
            written = {
                name: value for name, value in fields.items() if name not in ("groups", "meta", "schemas")
            }
            self._kept[kind.path].put(number, written | {"id": number})

    def _shown(self, kind: Kind, document: Document) -> Resource:
        shown = {"schemas": [kind.schema]} | document
        groups = self._kept[GROUPS.path].values()
        own = [_reference(each) for each in groups if document["id"] in _members(each)]
        if kind is not GROUPS:
            return shown | {
                "groups": own,
                "displayName": document.get("displayName") or document[kind.unique],
            }
        members = [self._member(each) for each in document.get("members", ())]
        return shown | {"members": members, "groups": own, "meta": {"resourceType": "WorkspaceGroup"}}

    def _member(self, entry: Resource) -> Resource:
        number = str(entry.get("value", ""))
        for kind in KINDS:
            if found := self._kept[kind.path].get(number):
                name = found.get("displayName") or found[kind.unique]
                return {"value": number, "display": name, "$ref": f"{kind.path}/{number}"}
        return {"value": number}


def _truth(said: Any) -> bool:
    """Clients say it as a text too."""
    text = str(said).lower()
    if text not in ("true", "false"):
        raise InvalidValue(f"active must be true or false, got {said!r}")
    return text == "true"


def _members(group: Document) -> set[str]:
    return {str(each.get("value", "")) for each in group.get("members", ()) if isinstance(each, dict)}


def _reference(group: Document) -> Resource:
    return {
        "value": group["id"],
        "display": group["displayName"],
        "type": "direct",
        "$ref": f"Groups/{group['id']}",
    }
