"""Where versions are registered, and what a registered model may be called."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated

from rookery.mistakes import Mistake
from rookery.parts import Part, checked

_CATALOG_NAME = re.compile(r"[a-z0-9_][a-z0-9_-]*")


def check_model_name(name: str) -> Iterator[Mistake]:
    """A name that its registry takes: Unity Catalog's for three parts, else the workspace's."""
    problem = _problem(name)
    if problem:
        yield Mistake(f"{name!r} {problem}")


def _problem(name: str) -> str | None:
    parts = name.split(".")
    if len(parts) == 3:
        if all(_CATALOG_NAME.fullmatch(part) and len(part) <= 255 for part in parts):
            return None
        return (
            "is no Unity Catalog name: each of catalog.schema.model may have lower-case letters, digits, "
            "'_' and '-', and no spaces"
        )
    if len(parts) == 2:
        return "has two parts; write catalog.schema.model for Unity Catalog, or a name without a dot"
    if not name.strip() or name != name.strip() or len(name) > 256 or len(parts) > 3:
        return "is no model name: 1 to 256 characters, without spaces at its ends and without dots"
    if not name.isprintable() or set(name) & set("/:%\\\"'"):
        return "has a character that the workspace registry refuses: none of / : % \\ \" ' may be in it"
    return None


class Registry(Part):
    """Where versions are registered."""

    registered_model_name: Annotated[str, checked(check_model_name)]
    """`catalog.schema.model` in Unity Catalog; a name without dots in the workspace registry."""
