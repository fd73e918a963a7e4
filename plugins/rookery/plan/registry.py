"""Where versions are registered, and what a registered model may be called."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from rookery.mistakes import Mistake
from rookery.parts import Part, checked
from rookery_jobs.contract import model_name_problem


def check_model_name(name: str) -> Iterator[Mistake]:
    """A name that its registry takes: Unity Catalog's for three parts, else the workspace's."""
    if problem := model_name_problem(name):
        yield Mistake(f"{name!r} {problem}")


class Registry(Part):
    """Where versions are registered."""

    registered_model_name: Annotated[str, checked(check_model_name)]
    """`catalog.schema.model` in Unity Catalog; a name without dots in the workspace registry."""
