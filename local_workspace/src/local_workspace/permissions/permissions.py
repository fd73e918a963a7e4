"""Access lists of jobs, clusters and others.

https://docs.databricks.com/api/azure/workspace/permissions
"""

from collections.abc import Callable, Mapping
from typing import Any

from local_workspace.errors import InvalidParameterValue, NotOffered
from local_workspace.permissions.levels import LEVELS, SINGULAR, owners_level
from local_workspace.store import Store

# A principal: its kind (user_name, group_name or service_principal_name), and its name.
Principal = tuple[str, str]
KINDS = ("user_name", "group_name", "service_principal_name")


class Permissions:
    """Access lists by type and id. `exist`: for a type, raises the error of an id that is nobody's."""

    def __init__(self, store: Store, user_name: str, exist: Mapping[str, Callable[[str], object]]) -> None:
        self._lists = store.collection("permissions")
        self._store = store
        self._user = user_name
        self._exist = exist

    def get(self, object_type: str, object_id: str) -> dict[str, Any]:
        """`ObjectPermissions`: the maker's and the administrators' are always there."""
        entries = [
            _shown(kind, name, level, inherited=False)
            for kind, name, level in self._entries(object_type, object_id)
        ]
        entries.append(_shown("group_name", "admins", "CAN_MANAGE", inherited=True))
        return {
            "object_id": f"/{object_type}/{object_id}",
            "object_type": SINGULAR[object_type],
            "access_control_list": entries,
        }

    def levels(self, object_type: str, object_id: str) -> list[str]:
        """What can be allowed on such an object."""
        self._check(object_type, object_id)
        return list(LEVELS[object_type])

    def check_asked(self, object_type: str, wanted: list[dict[str, str]]) -> None:
        """Refuse what `set` would refuse of an object that is not there yet."""
        asked = [_entry(object_type, each) for each in wanted]
        if object_type == "jobs":
            self._with_owner(asked, [])

    def set(self, object_type: str, object_id: str, wanted: list[dict[str, str]], *, replace: bool) -> None:
        """Allow this, in place of what was allowed (`replace`) or beside it."""
        with self._store.transaction():
            present = self._entries(object_type, object_id)
            asked = [_entry(object_type, each) for each in wanted]
            named = {(kind, name) for kind, name, _ in asked}
            kept = [each for each in present if not replace and (each[0], each[1]) not in named]
            if object_type == "jobs":
                asked = self._with_owner(asked, kept)
            self._lists.put(f"{object_type}/{object_id}", {"entries": [*kept, *asked]})

    def _with_owner(
        self, asked: list[tuple[str, str, str]], kept: list[tuple[str, str, str]]
    ) -> list[tuple[str, str, str]]:
        """A job always has exactly one owner."""
        owners = [each for each in [*asked, *kept] if each[2] == "IS_OWNER"]
        if len(owners) > 1:
            raise InvalidParameterValue("The job must have exactly one owner.")
        return asked if owners else [("user_name", self._user, "IS_OWNER"), *asked]

    def _entries(self, object_type: str, object_id: str) -> list[tuple[str, str, str]]:
        self._check(object_type, object_id)
        kept = self._lists.get(f"{object_type}/{object_id}")
        if kept is None:
            return [("user_name", self._user, owners_level(object_type))]
        return [(kind, name, level) for kind, name, level in kept["entries"]]

    def _check(self, object_type: str, object_id: str) -> None:
        exists = self._exist.get(object_type)
        if exists is None:
            offered = ", ".join(self._exist)
            raise NotOffered(f"The local workspace has no permissions of {object_type}, only of {offered}.")
        exists(object_id)


def _entry(object_type: str, asked: dict[str, str]) -> tuple[str, str, str]:
    kinds = [kind for kind in KINDS if asked.get(kind)]
    level = asked.get("permission_level", "")
    if len(kinds) != 1:
        raise InvalidParameterValue(f"An entry of an access list names one of {', '.join(KINDS)}.")
    if level not in LEVELS[object_type]:
        raise InvalidParameterValue(
            f"permission_level of {object_type} is one of {', '.join(LEVELS[object_type])}, got {level!r}"
        )
    return kinds[0], asked[kinds[0]], level


def _shown(kind: str, name: str, level: str, *, inherited: bool) -> dict[str, Any]:
    return {kind: name, "all_permissions": [{"permission_level": level, "inherited": inherited}]}
