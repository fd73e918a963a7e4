"""Registered models of Unity Catalog and their versions: the door of this room."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from local_workspace.clock import Clock
from local_workspace.errors import InvalidState, ResourceDoesNotExist
from local_workspace.files.trees.trees import Access, Tree
from local_workspace.mlflow.catalog.files import PENDING, READY, VersionFiles, path_of
from local_workspace.mlflow.catalog.models import Models, checked_version
from local_workspace.mlflow.catalog.names import ModelName, model_name
from local_workspace.mlflow.catalog.securables import Securables
from local_workspace.mlflow.catalog.tags import checked_tags
from local_workspace.settings import Settings
from local_workspace.store import Condition, Document, Page, Store, is_among

_NEEDED = {Access.READ: "EXECUTE", Access.WRITE: "CREATE_MODEL_VERSION"}


class ModelCatalog:
    """`models`, and the versions of each: made in steps, with files of their own."""

    def __init__(self, settings: Settings, store: Store, clock: Clock, securables: Securables) -> None:
        self.models = Models(store, clock, securables, settings.user_name)
        self._store = store
        self._securables = securables
        self._versions = store.collection("catalog_versions")
        self._files = VersionFiles(settings.catalog_models)

    @property
    def tree(self) -> Tree:
        """The versions' files in the Files API."""
        return self._files.tree(
            lambda name, version, access: self.version(model_name(name), version, _NEEDED[access])
        )

    def create_version(self, name: ModelName, fields: Mapping[str, Any], tags: Mapping[str, str]) -> Document:
        """A version whose files are still to come; `fields` is what a client says of where it is from."""
        with self._store.transaction():
            model = self.models.get(name, "CREATE_MODEL_VERSION")
            number = int(model["last_version"]) + 1
            self.models.change(name, "CREATE_MODEL_VERSION", last_version=number)
            now = self.models.now()
            document: Document = {
                **fields,
                "name": name.full,
                "version": str(number),
                "model": model["id"],
                "status": PENDING,
                "storage_location": path_of(name, str(number)),
                "user_id": model["user_id"],
                "creation_timestamp": now,
                "last_updated_timestamp": now,
                "tags": checked_tags(tags),
            }
            self._versions.put(_key(document), document)
        return document

    def finalize(self, name: ModelName, version: str) -> Document:
        """The files of a version are all there: it is READY. Its signature must say inputs and outputs."""
        found = self.version(name, version, "CREATE_MODEL_VERSION")
        if found["status"] == READY:
            return found
        self._files.require_signature(found)
        return self._update(found, status=READY)

    def version(self, name: ModelName, version: str, privilege: str = "EXECUTE") -> Document:
        """A version, for a caller who has this privilege on its model."""
        model = self.models.get(name, privilege)
        found = self._versions.get(f"{model['id']}/{checked_version(version)}")
        if found is None:
            raise ResourceDoesNotExist(f"Model Version '{name.full}' version {version} does not exist.")
        return found

    def versions(self, name: ModelName) -> list[Document]:
        """All versions of a model, the newest first."""
        return self._of(self.models.get(name))

    def search_versions(self, wanted: Mapping[str, str], first: int, count: int) -> Page:
        """Versions whose fields have these values, the newest first; a model that is named must be there.

        Those of models that the caller may not use are left out.
        """
        if "name" in wanted:
            self.models.get(model_name(wanted["name"]))
        conditions: Sequence[Condition] = [is_among(field, [value]) for field, value in wanted.items()]
        page = self._versions.newest(conditions, first=first, count=count)
        usable = {name: self._securables.may("EXECUTE", name) for name in {d["name"] for d in page.documents}}
        return Page([each for each in page.documents if usable[each["name"]]], page.has_more)

    def describe_version(self, name: ModelName, version: str, description: str) -> Document:
        """Change a version's description."""
        return self._update(self.version(name, version, "MANAGE"), description=description)

    def tag_version(self, name: ModelName, version: str, key: str, value: str | None) -> None:
        """Set a version's tag, or remove it (None)."""
        with self._store.transaction():
            found = self.version(name, version, "APPLY_TAG")
            tags = {k: v for k, v in found["tags"].items() if k != key}
            self._update(found, tags=tags if value is None else checked_tags(tags | {key: value}))

    def delete_version(self, name: ModelName, version: str) -> None:
        """Remove a version with its files, and the aliases that mean it. Its number is not given again."""
        with self._store.transaction():
            found = self.version(name, version, "MANAGE")
            aliases = self.models.get(name)["aliases"]
            kept = {alias: number for alias, number in aliases.items() if number != found["version"]}
            self.models.change(name, "MANAGE", aliases=kept)
            self._versions.delete(_key(found))
        self._files.remove(found)

    def rename(self, name: ModelName, new_name: ModelName) -> Document:
        """Give a model another name; its versions have it too."""
        with self._store.transaction():
            model = self.models.rename(name, new_name)
            for version in self._of(model):
                number = str(version["version"])
                self._update(version, name=new_name.full, storage_location=path_of(new_name, number))
        return model

    def delete_model(self, name: ModelName) -> None:
        """Remove a model with all its versions."""
        with self._store.transaction():
            versions = self._without_versions(self.models.delete(name))
        for version in versions:
            self._files.remove(version)

    def owner_of(self, full_name: str) -> str | None:
        """Who owns a model, or None without such a model."""
        return self.models.owner_of(model_name(full_name))

    def models_in(self, schema: str) -> list[str]:
        """The full names of the models in a schema."""
        return self.models.names_in(schema)

    def remove_models_in(self, schema: str) -> None:
        """Remove all models of a schema that is about to go, whoever owns them."""
        for name in self.models_in(schema):
            with self._store.transaction():
                model = self.models.forget(model_name(name))
                versions = self._without_versions(model) if model else []
            for version in versions:
                self._files.remove(version)

    def require_unfinished(self, name: ModelName, version: str) -> None:
        """`InvalidState` for a version that has been finalized: nobody may write its files any more."""
        found = self.version(name, version, "CREATE_MODEL_VERSION")
        if found["status"] != PENDING:
            raise InvalidState(f"Model version {version} of {name.full} is {found['status']}, not {PENDING}.")

    def model_folder(self, name: ModelName, version: str) -> Path:
        """The folder with the `MLmodel` of a version; `InvalidState` for one that is not READY."""
        return self._files.model_folder(self.version(name, version))

    def _of(self, model: Document) -> list[Document]:
        count = int(model["last_version"])
        return self._versions.newest([is_among("model", [model["id"]])], count=count).documents

    def _without_versions(self, model: Document) -> list[Document]:
        """Forget the versions of a model; what they were."""
        versions = self._of(model)
        for version in versions:
            self._versions.delete(_key(version))
        return versions

    def _update(self, version: Document, **fields: Any) -> Document:
        return self._versions.update(_key(version), **fields, last_updated_timestamp=self.models.now())


def _key(version: Document) -> str:
    return f"{version['model']}/{version['version']}"
