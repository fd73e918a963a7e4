"""Full names in Unity Catalog: `catalog.schema.volume`."""

from local_workspace.catalog_names import checked_name
from local_workspace.errors import InvalidParameterValue


def checked_full_name(full_name: str, levels: int) -> str:
    """A name of so many levels; `InvalidParameterValue` for another number of them."""
    parts = full_name.split(".")
    if len(parts) != levels:
        raise InvalidParameterValue(
            f'"{full_name[:80]}" is not a full name of {levels} levels, such as '
            f"{'.'.join(('catalog', 'schema', 'name')[:levels])}."
        )
    return ".".join(checked_name(part) for part in parts)


def parent(full_name: str) -> str:
    """`catalog.schema` of `catalog.schema.volume`; "" for a catalog."""
    return full_name.rpartition(".")[0]
