"""Names of registered models in Unity Catalog: `catalog.schema.model`, in lower case.

https://docs.databricks.com/aws/en/sql/language-manual/sql-ref-names
"""

import re
from typing import NamedTuple

from local_workspace.catalog_names import checked_name
from local_workspace.errors import InvalidParameterValue

_LEVELS = 3
_ALIAS = re.compile(r"[\w-]{1,255}", re.ASCII)
# MLflow reads these in a URI `models:/name@…` and `models:/name/…` as something else.
_RESERVED_ALIAS = re.compile(r"latest|v\d+", re.IGNORECASE)


class ModelName(NamedTuple):
    """The levels of a name; as text it is `full`."""

    catalog: str
    schema: str
    model: str

    @property
    def full(self) -> str:
        """`catalog.schema.model`."""
        return ".".join(self)

    @property
    def full_schema(self) -> str:
        """`catalog.schema`."""
        return f"{self.catalog}.{self.schema}"


def has_three_levels(name: str) -> bool:
    """Whether a registered model of this name is one of Unity Catalog, and none of the workspace registry."""
    return name.count(".") == _LEVELS - 1


def model_name(name: str) -> ModelName:
    """The levels of a name that a client sent, as Unity Catalog keeps them: in lower case.

    `InvalidParameterValue` for another number of levels, in words by which MLflow's client adds its hint.
    """
    if not has_three_levels(name):
        raise InvalidParameterValue(
            f"{name!r} is not a valid name for a registered model in Unity Catalog: specify all three levels "
            "of the three-level namespace, as catalog.schema.model."
        )
    return ModelName(*map(checked_name, name.split(".")))


def checked_alias(alias: str) -> str:
    """An alias; `InvalidParameterValue` for one that MLflow could not name in a URI."""
    if not _ALIAS.fullmatch(alias) or _RESERVED_ALIAS.fullmatch(alias):
        raise InvalidParameterValue(
            f"Invalid alias name {alias[:80]!r}: it must have letters, digits, '_' and '-' only, and be "
            "neither 'latest' nor a version such as 'v1'."
        )
    return alias
