"""Scopes of secrets, their keys and access lists: https://docs.databricks.com/api/azure/workspace/secrets"""

import re
from collections.abc import Mapping

from local_workspace.clock import Clock, milliseconds
from local_workspace.errors import InvalidParameterValue, ResourceAlreadyExists, ResourceDoesNotExist
from local_workspace.secrets.values import SecretValues
from local_workspace.settings import Settings
from local_workspace.store import Document, Store

LARGEST_VALUE = 128 * 1024
PERMISSIONS = ("READ", "WRITE", "MANAGE")
_REFERENCE = re.compile(r"\{\{\s*secrets/([^/{}]+)/([^/{}]+)\s*\}\}")


class SecretScopes:
    """Every scope; safe to use from every thread."""

    def __init__(self, settings: Settings, store: Store, clock: Clock) -> None:
        self._user = settings.user_name
        self._store = store
        self._scopes = store.collection("secret_scopes")
        self._values = SecretValues(settings.secrets)
        self._clock = clock

    def create(self, name: str, initial_principal: str) -> None:
        """A new scope; its maker manages it, or all users if `initial_principal` is "users"."""
        _check_name("Scope", name)
        if initial_principal not in ("", "users"):
            raise InvalidParameterValue(
                f'initial_manage_principal can only be "users", got {initial_principal!r}'
            )
        with self._store.transaction():
            if self._scopes.get(name):
                raise ResourceAlreadyExists(f"Scope {name} already exists!")
            acls = {initial_principal or self._user: "MANAGE"}
            self._scopes.put(name, {"name": name, "keys": {}, "acls": acls})

    def names(self) -> list[str]:
        """The scopes' names."""
        return [scope["name"] for scope in self._scopes.values()]

    def delete(self, name: str) -> None:
        """Forget a scope with all in it."""
        self._scope(name)
        self._scopes.delete(name)
        self._values.delete(name)

    def put(self, name: str, key: str, value: bytes) -> None:
        """Keep a secret of at most 128 KiB."""
        _check_name("Key", key)
        if len(value) > LARGEST_VALUE:
            raise InvalidParameterValue(
                f"Secret {key} has {len(value)} bytes: at most {LARGEST_VALUE} are allowed."
            )
        with self._store.transaction():
            keys = self._scope(name)["keys"] | {key: milliseconds(self._clock.now())}
            self._values.put(name, key, value)
            self._scopes.update(name, keys=keys)

    def get(self, name: str, key: str) -> bytes:
        """A secret's value. Raises `ResourceDoesNotExist`."""
        self._scope(name)
        value = self._values.get(name, key)
        if value is None:
            raise ResourceDoesNotExist(f"Secret does not exist with scope: {name} and key: {key}")
        return value

    def keys(self, name: str) -> dict[str, int]:
        """When each secret of a scope was last written, in epoch milliseconds, by its key."""
        keys: dict[str, int] = self._scope(name)["keys"]
        return keys

    def delete_secret(self, name: str, key: str) -> None:
        """Forget a secret."""
        with self._store.transaction():
            keys = dict(self._scope(name)["keys"])
            if keys.pop(key, None) is None:
                raise ResourceDoesNotExist(f"Secret does not exist with scope: {name} and key: {key}")
            self._values.delete(name, key)
            self._scopes.update(name, keys=keys)

    def acls(self, name: str) -> dict[str, str]:
        """What each principal may do with a scope."""
        acls: dict[str, str] = self._scope(name)["acls"]
        return acls

    def put_acl(self, name: str, principal: str, permission: str) -> None:
        """Let a principal do this, and no more."""
        if permission not in PERMISSIONS:
            raise InvalidParameterValue(f"permission is one of {', '.join(PERMISSIONS)}, got {permission!r}")
        with self._store.transaction():
            self._scopes.update(name, acls=self.acls(name) | {principal: permission})

    def delete_acl(self, name: str, principal: str) -> None:
        """Let a principal do nothing any more."""
        with self._store.transaction():
            acls = dict(self.acls(name))
            if acls.pop(principal, None) is None:
                raise ResourceDoesNotExist(f"{principal} has no access to scope {name}.")
            self._scopes.update(name, acls=acls)

    def resolved(self, values: Mapping[str, str]) -> dict[str, str]:
        """Values of a cluster's configuration with each `{{secrets/scope/key}}` replaced.

        Raises `ResourceDoesNotExist` for a secret that is not there.
        """
        return {name: self._resolved(value) for name, value in values.items()}

    def _resolved(self, value: str) -> str:
        return _REFERENCE.sub(
            lambda found: self.get(found[1], found[2].strip()).decode(errors="replace"), value
        )

    def _scope(self, name: str) -> Document:
        scope = self._scopes.get(name)
        if scope is None:
            raise ResourceDoesNotExist(f"Scope {name} does not exist!")
        return scope


def _check_name(what: str, name: str) -> None:
    if not re.fullmatch(r"[\w.@-]{1,128}", name):
        raise InvalidParameterValue(
            f"{what} names may hold letters, digits, -, _, @ and . (at most 128), got {name!r}"
        )
