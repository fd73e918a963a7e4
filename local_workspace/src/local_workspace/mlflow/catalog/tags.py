"""Tags of models and versions, as Unity Catalog takes them.

https://docs.databricks.com/aws/en/database-objects/tags#constraint
"""

import re
from collections.abc import Mapping

from local_workspace.errors import InvalidParameterValue

MOST_TAGS = 50
LONGEST_KEY, LONGEST_VALUE = 255, 1000
_REFUSED = re.compile(r"[.,\-=/:\x00-\x1f\x7f]")


def checked_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """All tags of one object; `InvalidParameterValue` for too many, and for one that is not taken."""
    if len(tags) > MOST_TAGS:
        raise InvalidParameterValue(f"An object can have {MOST_TAGS} tags at most, these are {len(tags)}.")
    for key, value in tags.items():
        if not 0 < len(key) <= LONGEST_KEY or key != key.strip() or _REFUSED.search(key):
            raise InvalidParameterValue(
                f"Tag key {key[:80]!r} is not valid: it must have 1 to {LONGEST_KEY} characters, without "
                "spaces at its ends and without any of . , - = / :"
            )
        if len(value) > LONGEST_VALUE or value != value.strip():
            raise InvalidParameterValue(
                f"The value of tag {key!r} is not valid: it must have {LONGEST_VALUE} characters at most, "
                "without spaces at its ends."
            )
    return dict(tags)
