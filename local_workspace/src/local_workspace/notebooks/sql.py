"""SQL of a cell: its queries, and the widgets that they name.

https://docs.databricks.com/notebooks/widgets (`:name`, and `${name}` of before)
"""

import re
from collections.abc import Mapping

# A semicolon ends a query at the end of its line, where a comment may follow.
_END = re.compile(r";[ \t]*(?:--[^\n]*)?(?:\n|$)")
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_OLDER = re.compile(r"\$\{(\w+)\}")
# Not the second half of a cast (`a::int`), nor a field of JSON (`a:b`).
_MARKER = re.compile(r"(?<![:\w]):(\w+)")


def queries_of(text: str) -> list[str]:
    """The queries of a cell; a comment alone is none."""
    return [query for query in _END.split(text) if _COMMENT.sub("", query).strip()]


def with_widgets(query: str, values: Mapping[str, str]) -> str:
    """A query with `${name}` replaced, where there is a widget of this name."""
    return _OLDER.sub(lambda found: values.get(found[1], found[0]), query)


def arguments_of(query: str, values: Mapping[str, str]) -> dict[str, str]:
    """The values of the widgets that a query names as `:name`."""
    return {name: values[name] for name in _MARKER.findall(query) if name in values}
