"""What a name in Unity Catalog may be: kept in lower case, whatever case a client sends.

https://docs.databricks.com/aws/en/sql/language-manual/sql-ref-names
"""

import re

from local_workspace.errors import InvalidParameterValue

_LONGEST = 255
# What no object may have in its name: blanks, slashes, dots and control characters.
_REFUSED = re.compile(r"[\s/.\x00-\x1f\x7f]")


def checked_name(name: str) -> str:
    """One level of a name, as Unity Catalog keeps it."""
    if not name or len(name.encode(errors="replace")) > _LONGEST or _REFUSED.search(name):
        raise InvalidParameterValue(
            f'Name "{name[:80]}" is not a valid name: it must have 1 to {_LONGEST} characters, without '
            "spaces, dots, slashes and control characters."
        )
    return name.lower()
