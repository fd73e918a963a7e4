"""Which privileges are granted to whom, object by object."""

from collections.abc import Collection, Iterator

from local_workspace.errors import InvalidParameterValue
from local_workspace.store import Store
from local_workspace.unity.kinds import Kind, holders

# Principals with their privileges.
Assignments = dict[str, list[str]]


class Grants:
    """Grants; a privilege on an object holds for all that is in it."""

    def __init__(self, store: Store) -> None:
        self._documents = store.collection("unity_grants")

    def on(self, kind: Kind, full_name: str) -> Assignments:
        """What is granted on this very object."""
        return self._documents.get(_key(kind, full_name)) or {}

    def effective(self, kind: Kind, full_name: str) -> Iterator[tuple[Kind, str, Assignments]]:
        """What is granted on what the object is in, the catalog first, and on the object itself."""
        for each, name in [*holders(kind, full_name), (kind, full_name)]:
            yield each, name, self.on(each, name)

    def change(
        self, kind: Kind, full_name: str, principal: str, add: Collection[str], remove: Collection[str]
    ) -> None:
        """Grant and revoke; to revoke what was not granted is no error."""
        for privilege in (*add, *remove):
            if privilege not in kind.grantable:
                raise InvalidParameterValue(
                    f"Privilege {privilege} is not applicable to this entity "
                    f"[{full_name}:{kind.securable_type}]."
                )
        assignments = self.on(kind, full_name)
        privileges = sorted((set(assignments.get(principal, [])) | set(add)) - set(remove))
        assignments |= {principal: privileges}
        if not privileges:
            del assignments[principal]
        self._documents.put(_key(kind, full_name), assignments)

    def forget(self, kind: Kind, full_name: str) -> None:
        """An object is gone."""
        self._documents.delete(_key(kind, full_name))

    def rename(self, kind: Kind, full_name: str, new_full_name: str) -> None:
        """An object has another name."""
        self._documents.put(_key(kind, new_full_name), self.on(kind, full_name))
        self.forget(kind, full_name)


def _key(kind: Kind, full_name: str) -> str:
    return f"{kind.securable_type}/{full_name}"
