"""The kinds of objects in Unity Catalog, and the privileges of each.

https://docs.databricks.com/aws/en/data-governance/unity-catalog/manage-privileges/privileges
"""

from dataclasses import dataclass

_EVERYWHERE = frozenset({"ALL_PRIVILEGES", "APPLY_TAG", "MANAGE"})
_OF_VOLUME = _EVERYWHERE | {"READ_VOLUME", "WRITE_VOLUME"}
_OF_MODEL = _EVERYWHERE | {"EXECUTE", "CREATE_MODEL_VERSION"}
_OF_TABLE = frozenset({"SELECT", "MODIFY", "REFRESH"})
_OF_SCHEMA = (
    _OF_VOLUME
    | _OF_MODEL
    | _OF_TABLE
    | {
        *("USE_SCHEMA", "CREATE_TABLE", "CREATE_MATERIALIZED_VIEW", "CREATE_FUNCTION", "CREATE_MODEL"),
        *("CREATE_VOLUME", "EXTERNAL_USE_SCHEMA"),
    }
)
_OF_CATALOG = (_OF_SCHEMA - {"EXTERNAL_USE_SCHEMA"}) | {"USE_CATALOG", "CREATE_SCHEMA", "BROWSE"}


@dataclass(frozen=True)
class Kind:
    """A kind of object; its full name has `levels` levels.

    `use` is the privilege without which neither the object nor anything in it is of use.
    """

    noun: str
    securable_type: str
    levels: int
    use: str
    grantable: frozenset[str]


CATALOG = Kind("Catalog", "CATALOG", 1, "USE_CATALOG", _OF_CATALOG)
SCHEMA = Kind("Schema", "SCHEMA", 2, "USE_SCHEMA", _OF_SCHEMA)
VOLUME = Kind("Volume", "VOLUME", 3, "READ_VOLUME", _OF_VOLUME)
# To grants and in Databricks' words, a registered model is a function.
MODEL = Kind("Routine or Model", "FUNCTION", 3, "EXECUTE", _OF_MODEL)

KINDS = {kind.securable_type: kind for kind in (CATALOG, SCHEMA, VOLUME, MODEL)}
ABOVE = (CATALOG, SCHEMA)


def holders(kind: Kind, full_name: str) -> list[tuple[Kind, str]]:
    """The catalog and the schema that an object is in, the catalog first."""
    levels = full_name.split(".")
    return [(each, ".".join(levels[: each.levels])) for each in ABOVE if each.levels < kind.levels]
