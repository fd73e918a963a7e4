"""Registered models of Unity Catalog, with their tags and aliases. A document each, by name."""

import secrets
from collections.abc import Mapping
from typing import Any

from local_workspace.clock import Clock, milliseconds
from local_workspace.errors import InvalidParameterValue, ResourceAlreadyExists, ResourceDoesNotExist
from local_workspace.mlflow.catalog.names import ModelName, checked_alias
from local_workspace.mlflow.catalog.securables import Securables
from local_workspace.mlflow.catalog.tags import checked_tags
from local_workspace.store import Document, Page, Store


class Models:
    """Every method checks that the caller may do it; `ResourceDoesNotExist` for a model that is not there."""

    def __init__(self, store: Store, clock: Clock, securables: Securables, user_name: str) -> None:
        self._store = store
        self._documents = store.collection("catalog_models")
        self._clock = clock
        self._securables = securables
        self._user_name = user_name

    def create(self, name: ModelName, description: str, tags: Mapping[str, str]) -> Document:
        """A model without versions."""
        self._securables.require_schema(name.full_schema)
        if self._securables.may("CREATE_MODEL_VERSION", name.full):
            # MLflow's `register_model` begins so, also for who may add versions and create no models.
            self._require_free(name)
        self._securables.require_privilege("CREATE_MODEL", name.full_schema)
        now = self.now()
        document: Document = {
            "name": name.full,
            "id": secrets.token_hex(16),
            "description": description,
            "user_id": self._user_name,
            "owner": self._user_name,
            "creation_timestamp": now,
            "last_updated_timestamp": now,
            "tags": checked_tags(tags),
            "aliases": {},
            "last_version": 0,
        }
        with self._store.transaction():
            self._require_free(name)
            self._documents.put(name.full, document)
        return document

    def get(self, name: ModelName, privilege: str = "EXECUTE") -> Document:
        """A model, for a caller who has this privilege on it."""
        self._securables.require_schema(name.full_schema)
        self._securables.require_privilege(privilege, name.full)
        document = self._documents.get(name.full)
        if document is None:
            raise ResourceDoesNotExist(f"Routine or Model '{name.full}' does not exist.")
        return document

    def owner_of(self, name: ModelName) -> str | None:
        """Who owns a model, whoever asks; None without such a model."""
        document = self._documents.get(name.full)
        return owner(document) if document else None

    def search(self, first: int, count: int) -> Page:
        """The models that the caller may use, by name."""
        found = self.inside("")
        return Page(found[first : first + count], len(found) > first + count)

    def inside(self, schema: str) -> list[Document]:
        """The models of a schema, or of all (""), that the caller may use, by name."""
        if schema:
            self._securables.require_schema(schema)
        return [each for each in self._of(schema) if self._securables.may("EXECUTE", str(each["name"]))]

    def names_in(self, schema: str) -> list[str]:
        """The full names of all models of a schema, whoever may use them."""
        return [str(each["name"]) for each in self._of(schema)]

    def _of(self, schema: str) -> list[Document]:
        found = [d for d in self._documents.values() if schema.lower() in {"", _schema_of(d)}]
        return sorted(found, key=lambda document: str(document["name"]))

    def change(self, name: ModelName, privilege: str, **fields: Any) -> Document:
        """Set some fields; the time of the last update is set as well."""
        with self._store.transaction():
            self.get(name, privilege)
            return self._documents.update(name.full, **fields, last_updated_timestamp=self.now())

    def rename(self, name: ModelName, new_name: ModelName) -> Document:
        """Give a model another name, in the same schema or in one where the caller may create models."""
        self._securables.require_schema(new_name.full_schema)
        self._securables.require_privilege("CREATE_MODEL", new_name.full_schema)
        with self._store.transaction():
            document = self.get(name, "MANAGE") | {
                "name": new_name.full,
                "last_updated_timestamp": self.now(),
            }
            if new_name != name:
                self._require_free(new_name)
                self._documents.delete(name.full)
                self._securables.model_is_renamed(name.full, new_name.full)
            self._documents.put(new_name.full, document)
        return document

    def delete(self, name: ModelName) -> Document:
        """Remove a model; what it was."""
        with self._store.transaction():
            document = self.get(name, "MANAGE")
            self.forget(name)
        return document

    def forget(self, name: ModelName) -> Document | None:
        """Remove a model, whoever may; what it was, if it was there."""
        with self._store.transaction():
            document = self._documents.get(name.full)
            self._documents.delete(name.full)
            self._securables.model_is_gone(name.full)
        return document

    def set_tag(self, name: ModelName, key: str, value: str) -> None:
        """Set a tag."""
        with self._store.transaction():
            tags = self.get(name, "APPLY_TAG")["tags"]
            self.change(name, "APPLY_TAG", tags=checked_tags(tags | {key: value}))

    def delete_tag(self, name: ModelName, key: str) -> None:
        """Remove a tag, if it is there."""
        with self._store.transaction():
            tags = self.get(name, "APPLY_TAG")["tags"]
            tags.pop(key, None)
            self.change(name, "APPLY_TAG", tags=tags)

    def set_alias(self, name: ModelName, alias: str, version: str) -> None:
        """Let an alias mean a version, which the caller has seen to be there."""
        with self._store.transaction():
            aliases = self.get(name, "MANAGE")["aliases"]
            self.change(name, "MANAGE", aliases=aliases | {checked_alias(alias): version})

    def delete_alias(self, name: ModelName, alias: str) -> None:
        """Remove an alias, if it is there."""
        with self._store.transaction():
            aliases = self.get(name, "MANAGE")["aliases"]
            aliases.pop(alias, None)
            self.change(name, "MANAGE", aliases=aliases)

    def version_of(self, name: ModelName, alias: str) -> str:
        """The version that an alias means."""
        version = self.get(name)["aliases"].get(alias)
        if version is None:
            raise ResourceDoesNotExist(
                f"Registered model alias '{alias}' does not exist for model '{name.full}'."
            )
        return str(version)

    def now(self) -> int:
        """The time as the API gives it."""
        return milliseconds(self._clock.now())

    def _require_free(self, name: ModelName) -> None:
        if self._documents.get(name.full) is not None:
            raise ResourceAlreadyExists(f"Routine or Model '{name.full}' already exists.")


def _schema_of(document: Document) -> str:
    return str(document["name"]).rpartition(".")[0]


def owner(model: Document) -> str:
    """Who owns a model: who has made it, until it is given away."""
    return str(model.get("owner") or model["user_id"])


def checked_version(version: str) -> str:
    """The number of a version as text."""
    if not (version.isascii() and version.isdigit() and 0 < len(version) <= 18):
        raise InvalidParameterValue(f"Invalid model version {version[:40]!r}: it must be a number.")
    return str(int(version))
