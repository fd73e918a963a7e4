"""Whether the labels of a CSV file in hand can be learnt."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
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


def wrong_labels(name: str, labels: Collection[str], wanted: Wanted) -> Iterator[str]:
    """What is wrong with the texts of the label in the file of this `name`, each of which is a label: of a
    text for each of MAX_CLASSES, and one more, all can be told."""
    column, kind = wanted.label, wanted.label_type
    if kind == "double":
        if len({number(text) for text in labels}) < 2:
            yield f"{name} has one value alone in column {column!r}; {_TWO}"
        return
    classes = in_order(filter(None, {label_of(text, kind) for text in labels}), kind)
    if len(classes) < 2:
        yield f"{name} has one class alone in column {column!r}; {_TWO}"
    yield from _too_many(name, classes, wanted)
    unknown = [label for label in wanted.labels if label not in classes]
    if unknown and len(classes) <= MAX_CLASSES:
        yield (
            f"{name} has no row whose {column!r} is {first_ten(unknown)}, which class_weights or a metric "
            f"names; there are {first_ten(classes)}"
        )


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
