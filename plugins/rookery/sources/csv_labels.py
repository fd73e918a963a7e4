"""Whether the labels of a CSV file in hand can be learnt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from rookery_jobs.contract import LABEL_FAULTS, MAX_CLASSES, first_ten, in_order, label_of, number

if TYPE_CHECKING:
    from rookery.sources.wanted import Wanted


_TWO = "two are needed, or there is nothing to predict"


def label_reading(label_type: str) -> tuple[Callable[[str], object], str]:
    """What reads a text as a label of this type, as None if it is none, and what such a text is in words."""
    if label_type == "double":
        return number, "is not a finite number"
    return partial(label_of, label_type=label_type), LABEL_FAULTS[label_type]


def wrong_labels(name: str, labels: Mapping[str, int], wanted: Wanted) -> Iterator[str]:
    """What is wrong with the texts of the label in the file of this `name`, each of which is a label, by how
    many rows have them: of a text for each of MAX_CLASSES, and one more, all can be told."""
    column, kind = wanted.label, wanted.label_type
    if kind == "double":
        if len({number(text) for text in labels}) < 2:
            yield f"{name} has one value alone in column {column!r}; {_TWO}"
        return
    classes = list(_counted(labels, kind))
    if len(classes) < 2:
        yield f"{name} has one class alone in column {column!r}; {_TWO}"
    yield from _too_many(name, classes, wanted)
    unknown = [label for label in wanted.labels if label not in classes]
    if unknown and len(classes) <= MAX_CLASSES:
        yield (
            f"{name} has no row whose {column!r} is {first_ten(unknown)}, which class_weights or a metric "
            f"names; there are {first_ten(classes)}"
        )


def too_rare(name: str, labels: Mapping[str, int], wanted: Wanted) -> Iterator[str]:
    """That there are classes of which no split puts a row on each of its sides. By chance, others may be too
    rare as well."""
    classes = {} if wanted.label_type == "double" else _counted(labels, wanted.label_type)
    rare = [f"{each!r} ({rows})" for each, rows in classes.items() if rows < wanted.sides]
    if rare and 2 <= len(classes) <= MAX_CLASSES:
        yield (
            f"{name} has fewer rows with {first_ten(rare)} in column {wanted.label!r} than the split has "
            f"sides, {wanted.sides}, each of which needs one: leave such rare classes out, or take more data"
        )


def _counted(labels: Mapping[str, int], label_type: str) -> dict[str, int]:
    """The rows of each class, in the order of the classes."""
    counts: Counter[str] = Counter()
    for text, rows in labels.items():
        counts[label_of(text, label_type) or ""] += rows
    return {each: counts[each] for each in in_order(counts, label_type)}


def _too_many(name: str, classes: Sequence[str], wanted: Wanted) -> Iterator[str]:
    limit = min(MAX_CLASSES, wanted.max_classes or MAX_CLASSES)
    why = "" if limit == MAX_CLASSES else ", as an algorithm or a metric of the plan has no more"
    if wanted.label_type == "int" and int(classes[-1]) >= limit:
        yield (
            f"{name} has the class {classes[-1]} in column {wanted.label!r}; classes must be below {limit}"
            f"{why}: number them from 0, or name another column as the label"
        )
    elif len(classes) > limit:
        yield f"{name} has more than {limit} classes in column {wanted.label!r}{why}: {first_ten(classes)}"
