"""Unity Catalog as its API has it: the door of this room. Every method checks that the user may do it."""

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

from local_workspace.catalog_names import checked_name
from local_workspace.clock import Clock
from local_workspace.errors import ResourceDoesNotExist, SecurableNotEmpty
from local_workspace.files.trees.trees import Access as FileAccess
from local_workspace.files.trees.trees import Tree
from local_workspace.settings import Settings
from local_workspace.store import Document, Store
from local_workspace.unity.access import Access
from local_workspace.unity.grants import Assignments, Grants
from local_workspace.unity.kinds import CATALOG, MODEL, SCHEMA, VOLUME, Kind
from local_workspace.unity.names import checked_full_name, parent
from local_workspace.unity.objects import Objects
from local_workspace.unity.volumes import PREFIX, VolumeFiles, volume_of

DEFAULT_CATALOG, DEFAULT_SCHEMA = "main", "default"
_NEEDED = {FileAccess.READ: "READ_VOLUME", FileAccess.WRITE: "WRITE_VOLUME"}


class Models(Protocol):
    """The registered models, which are kept elsewhere."""

    def owner_of(self, full_name: str) -> str | None:
        """Who owns a model, or None without such a model."""

    def models_in(self, schema: str) -> list[str]:
        """The full names of those in a schema."""

    def remove_models_in(self, schema: str) -> None:
        """Remove those in a schema."""


class UnityCatalog:
    """Catalogs, schemas and volumes; full names may come in any case."""

    def __init__(self, settings: Settings, store: Store, clock: Clock) -> None:
        self._store = store
        self._user_name = settings.user_name
        self._objects = Objects(store, clock)
        self._grants = Grants(store)
        self._access = Access(self._owner_of, self._grants, settings.user_name)
        self._files = VolumeFiles(settings.volumes)
        self._models: Models | None = None
        if not self._objects.inside(CATALOG, ""):
            self.create_catalog(DEFAULT_CATALOG, {})

    def has_models(self, models: Models) -> None:
        """Say who keeps the models that are in schemas; before the first request."""
        self._models = models

    @property
    def tree(self) -> Tree:
        """The files of volumes in the Files API."""
        return Tree(PREFIX, self._locate, has_checksums=True)

    def create_catalog(self, name: str, fields: Mapping[str, Any]) -> Document:
        """A catalog with its schema `default`."""
        full_name = checked_name(name)
        with self._store.transaction():
            catalog = self._objects.create(CATALOG, full_name, self._user_name, dict(fields))
            self._objects.create(SCHEMA, f"{full_name}.{DEFAULT_SCHEMA}", self._user_name, {})
        return catalog

    def create_schema(self, catalog: str, name: str, fields: Mapping[str, Any]) -> Document:
        """An empty schema."""
        return self._create_in(CATALOG, "CREATE_SCHEMA", catalog, SCHEMA, name, fields)

    def create_volume(self, schema: str, name: str, fields: Mapping[str, Any]) -> Document:
        """A volume without files."""
        volume = self._create_in(SCHEMA, "CREATE_VOLUME", schema, VOLUME, name, fields)
        self._files.make(str(volume["full_name"]))
        return volume

    def _create_in(
        self, holder: Kind, privilege: str, above: str, kind: Kind, name: str, fields: Mapping[str, Any]
    ) -> Document:
        with self._store.transaction():
            held_by = self.require(holder, above)["full_name"]
            self._access.require(privilege, holder, held_by)
            return self._objects.create(
                kind, f"{held_by}.{checked_name(name)}", self._user_name, dict(fields)
            )

    def get(self, kind: Kind, full_name: str) -> Document:
        """An object that the user may use."""
        found = self.require(kind, full_name)
        self._access.require(kind.use, kind, found["full_name"])
        return found

    def inside(self, kind: Kind, holder: str) -> list[Document]:
        """The objects in `holder` ("" holds the catalogs) that the user may use, by name."""
        found = self._objects.inside(kind, holder)
        return [each for each in found if self._access.may(kind.use, kind, each["full_name"])]

    def update(self, kind: Kind, full_name: str, changes: Mapping[str, Any]) -> Document:
        """Change comment, properties or owner."""
        with self._store.transaction():
            name = str(self.require(kind, full_name)["full_name"])
            self._access.require_management(kind, name)
            return self._objects.update(kind, name, self._user_name, dict(changes))

    def rename_volume(self, full_name: str, new_name: str) -> str:
        """Give a volume another name in its schema; the full name that it has then."""
        with self._store.transaction():
            old = str(self.require(VOLUME, full_name)["full_name"])
            new = f"{parent(old)}.{checked_name(new_name)}"
            self._access.require_management(VOLUME, old)
            if new != old:
                self._objects.rename(VOLUME, old, new)
                self._grants.rename(VOLUME, old, new)
                self._files.move(old, new)
        return new

    def delete_catalog(self, full_name: str, *, force: bool) -> None:
        """Remove a catalog; `force` removes what is in it as well."""
        with self._store.transaction():
            name = self._managed(CATALOG, full_name)
            schemas = [str(each["full_name"]) for each in self._objects.inside(SCHEMA, name)]
            if schemas and not force:
                raise SecurableNotEmpty(CATALOG.noun, name, f"The catalog has {len(schemas)} schemas(s)")
            for schema in schemas:
                self._delete_schema(schema)
            self._forget(CATALOG, name)
        self._files.remove(name)

    def delete_schema(self, full_name: str, *, force: bool) -> None:
        """Remove a schema; `force` removes what is in it as well."""
        with self._store.transaction():
            name = self._managed(SCHEMA, full_name)
            volumes = len(self._objects.inside(VOLUME, name))
            models = len(self._models.models_in(name)) if self._models else 0
            if volumes + models and not force:
                what = f"The schema has 0 tables(s), {models} functions(s), {volumes} volumes(s)"
                raise SecurableNotEmpty(SCHEMA.noun, name, what)
            self._delete_schema(name)
        self._files.remove(name)

    def delete_volume(self, full_name: str) -> None:
        """Remove a volume with its files."""
        with self._store.transaction():
            name = self._managed(VOLUME, full_name)
            self._forget(VOLUME, name)
        self._files.remove(name)

    def _managed(self, kind: Kind, full_name: str) -> str:
        name = str(self.require(kind, full_name)["full_name"])
        self._access.require_management(kind, name)
        return name

    def _delete_schema(self, name: str) -> None:
        if self._models:
            self._models.remove_models_in(name)
        for volume in self._objects.inside(VOLUME, name):
            self._forget(VOLUME, str(volume["full_name"]))
        self._forget(SCHEMA, name)

    def _forget(self, kind: Kind, full_name: str) -> None:
        self._objects.delete(kind, full_name)
        self._grants.forget(kind, full_name)

    def require(self, kind: Kind, full_name: str) -> Document:
        """An object, whoever may use it; `SecurableNotFound` names the outermost thing that is missing."""
        return self._objects.require(kind, checked_full_name(full_name, kind.levels))

    def grants(self, kind: Kind, full_name: str) -> list[tuple[Kind, str, Assignments]]:
        """What is granted on what an object is in, and last on itself.

        All of it for who manages the object; else what is granted to the user.
        """
        name = self._granted_on(kind, full_name)
        found = list(self._grants.effective(kind, name))
        if self._access.may_manage(kind, name):
            return found
        mine = self._access.principals
        return [
            (each, where, {who: said for who, said in assignments.items() if who in mine})
            for each, where, assignments in found
        ]

    def change_grants(
        self, kind: Kind, full_name: str, changes: Iterable[tuple[str, Collection[str], Collection[str]]]
    ) -> None:
        """Give privileges to principals, and take others away: all changes, or none."""
        with self._store.transaction():
            name = self._granted_on(kind, full_name)
            self._access.require_management(kind, name)
            for principal, add, remove in changes:
                self._grants.change(kind, name, principal, add, remove)

    def _granted_on(self, kind: Kind, full_name: str) -> str:
        if kind is MODEL:
            name = checked_full_name(full_name, kind.levels)
            self.require(SCHEMA, parent(name))
            if self._owner_of(MODEL, name) is None:
                raise ResourceDoesNotExist(f"{MODEL.noun} '{name}' does not exist.")
            return name
        return str(self.require(kind, full_name)["full_name"])

    def require_schema(self, full_name: str) -> None:
        """A schema, for what is in it and kept elsewhere."""
        self.require(SCHEMA, full_name)

    def require_privilege(self, privilege: str, full_name: str) -> None:
        """`PermissionDenied` unless the user has it on a schema, or on a model in one."""
        self._access.require(privilege, *_schema_or_model(full_name))

    def may(self, privilege: str, full_name: str) -> bool:
        """Whether the user has a privilege on a schema, or on a model in one."""
        return self._access.may(privilege, *_schema_or_model(full_name))

    def model_is_gone(self, full_name: str) -> None:
        """A model that is made later under this name has no grants of this one."""
        self._grants.forget(MODEL, full_name)

    def model_is_renamed(self, full_name: str, new_full_name: str) -> None:
        """A model keeps what was granted on it."""
        self._grants.rename(MODEL, full_name, new_full_name)

    def _owner_of(self, kind: Kind, full_name: str) -> str | None:
        if kind is MODEL:
            return self._models.owner_of(full_name) if self._models else None
        found = self._objects.find(kind, full_name)
        return str(found["owner"]) if found else None

    def _locate(self, path: str, access: FileAccess) -> Path:
        full_name, rest = volume_of(path)
        self.require(VOLUME, full_name)
        self._access.require(_NEEDED[access], VOLUME, full_name)
        return self._files.file(full_name, rest)


def _schema_or_model(full_name: str) -> tuple[Kind, str]:
    kind = MODEL if full_name.count(".") + 1 == MODEL.levels else SCHEMA
    return kind, checked_full_name(full_name, kind.levels)
