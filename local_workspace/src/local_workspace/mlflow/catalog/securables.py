"""What the catalog of models asks of the rest of Unity Catalog: is the schema there, may the caller do it."""

from typing import Protocol


class Securables(Protocol):
    """Catalogs, schemas and grants. Privileges have the names of the API, such as `CREATE_MODEL`."""

    def require_schema(self, full_name: str) -> None:
        """Raise Databricks' refusal if there is no schema `catalog.schema`."""

    def require_privilege(self, privilege: str, full_name: str) -> None:
        """Raise Databricks' refusal if the caller has no such privilege.

        `full_name` is a schema or a model in one; the privilege may come from what is above, as may
        `USE_CATALOG` and `USE_SCHEMA`, without which no other is of use.
        """

    def may(self, privilege: str, full_name: str) -> bool:
        """Whether `require_privilege` lets it through."""

    def model_is_gone(self, full_name: str) -> None:
        """Forget what was granted on a model."""

    def model_is_renamed(self, full_name: str, new_full_name: str) -> None:
        """What was granted on a model holds for its new name."""
