"""`dbutils.secrets`: secrets of the workspace. What was read is not shown in a notebook's output."""

import base64
import os
from collections.abc import Sequence
from typing import Any, NamedTuple

from local_workspace.dbutils.utility import Utility

REDACTED = "[REDACTED]"
_read: set[str] = set()


class SecretMetadata(NamedTuple):
    """A secret's key."""

    key: str


class SecretScope(NamedTuple):
    """A scope's name."""

    name: str

    def getName(self) -> str:  # noqa: N802
        """The name."""
        return self.name


class SecretUtils(Utility):
    """Asks the workspace by its API, as the run's user."""

    def get(self, scope: str, key: str) -> str:
        """A secret as text."""
        return self.getBytes(scope, key).decode()

    def getBytes(self, scope: str, key: str) -> bytes:  # noqa: N802
        """A secret as bytes."""
        value = base64.b64decode(_client().secrets.get_secret(scope, key).value)
        _read.add(value.decode(errors="replace"))
        return value

    def listScopes(self) -> list[SecretScope]:  # noqa: N802
        """The scopes."""
        return [SecretScope(scope.name) for scope in _client().secrets.list_scopes()]

    def list(self, scope: str) -> Sequence[SecretMetadata]:
        """The keys of a scope."""
        return [SecretMetadata(secret.key) for secret in _client().secrets.list_secrets(scope)]


def redacted(text: str) -> str:
    """A text without the secrets that this process has read."""
    for value in _read:
        if value.strip():
            text = text.replace(value, REDACTED)
    return text


def _client() -> Any:
    from databricks.sdk import WorkspaceClient

    return WorkspaceClient(
        host=os.environ["DATABRICKS_HOST"], token=os.environ["DATABRICKS_TOKEN"], auth_type="pat"
    )
