"""Names in Unity Catalog: `catalog.schema.volume`, kept in lower case, whatever case a client sends.

https://docs.databricks.com/aws/en/sql/language-manual/sql-ref-names
"""

import re

from local_workspace.errors import InvalidParameterValue

LONGEST = 255
# What no object may have in its name: blanks, slashes, dots and control characters.
_REFUSED = re.compile(r"[\s/.\x00-\x1f\x7f]")


def checked_name(name: str) -> str:
    """One level of a name, as Unity Catalog keeps it."""
    if not name or len(name.encode(errors="replace")) > LONGEST or _REFUSED.search(name):
        raise InvalidParameterValue(
            f'Name "{name[:80]}" is not a valid name: it must have 1 to {LONGEST} characters, without '
            "spaces, dots, slashes and control characters."
        )
    return name.lower()


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
