"""Whether the workspace's user may do something in Unity Catalog: by what he owns, and by what is granted.

https://docs.databricks.com/aws/en/data-governance/unity-catalog/manage-privileges/

The owner of an object has every privilege on it, but none on what is in it. Ownership can be given away
(`update` with `owner`), so that a user without a privilege is refused here as he is on Databricks.
"""

from collections.abc import Callable

from local_workspace.errors import PermissionDenied
from local_workspace.unity.grants import Grants
from local_workspace.unity.kinds import ABOVE, Kind, holders

# The group that every user of an account is a member of.
ACCOUNT_USERS = "account users"
_GIVEN_BY = {"CREATE_MODEL": {"CREATE_FUNCTION"}}
# What ALL PRIVILEGES leaves out.
_NOT_OF_ALL = {"MANAGE", "EXTERNAL_USE_SCHEMA"}


class Access:
    """Questions about the one user of the workspace. `owner_of` tells who owns an object, or None."""

    def __init__(self, owner_of: Callable[[Kind, str], str | None], grants: Grants, user_name: str) -> None:
        self._owner_of = owner_of
        self._grants = grants
        self.principals = {user_name, ACCOUNT_USERS}
        self._user_name = user_name

    def require(self, privilege: str, kind: Kind, full_name: str) -> None:
        """`PermissionDenied` without the privilege, or without the use of a catalog or schema on the way."""
        for each, name in [*holders(kind, full_name), (kind, full_name)]:
            if each in ABOVE:
                self._require(each.use, each, name)
        self._require(privilege, kind, full_name)

    def may(self, privilege: str, kind: Kind, full_name: str) -> bool:
        """Whether `require` lets it through."""
        try:
            self.require(privilege, kind, full_name)
        except PermissionDenied:
            return False
        return True

    def require_management(self, kind: Kind, full_name: str) -> None:
        """`PermissionDenied` unless the user owns the object or what it is in, or has MANAGE on it."""
        if not self.may_manage(kind, full_name):
            raise PermissionDenied(f"User is not an owner of {kind.noun} '{full_name}'.")

    def may_manage(self, kind: Kind, full_name: str) -> bool:
        """Whether `require_management` lets it through."""
        above = [*holders(kind, full_name), (kind, full_name)]
        return any(self._owns(each, name) for each, name in above) or self._has("MANAGE", kind, full_name)

    def _require(self, privilege: str, kind: Kind, full_name: str) -> None:
        if not self._has(privilege, kind, full_name):
            words = privilege.replace("_", " ")
            raise PermissionDenied(f"User does not have {words} on {kind.noun} '{full_name}'.")

    def _has(self, privilege: str, kind: Kind, full_name: str) -> bool:
        if self._owns(kind, full_name):
            return True
        enough = {privilege} | _GIVEN_BY.get(privilege, set())
        if privilege not in _NOT_OF_ALL:
            enough.add("ALL_PRIVILEGES")
        return any(
            enough & set(assignments.get(principal, []))
            for _, _, assignments in self._grants.effective(kind, full_name)
            for principal in self.principals
        )

    def _owns(self, kind: Kind, full_name: str) -> bool:
        """What is not there is the user's: the refusal that follows says so."""
        return self._owner_of(kind, full_name) in (None, self._user_name)
