"""A table about a model, and a picture of it."""

from dataclasses import dataclass

Cell = str | float | int | None


@dataclass(frozen=True)
class Report:
    """`name` is that of its files, without their endings; `picture` is an SVG, empty if there is none."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    picture: str = ""
