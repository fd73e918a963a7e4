"""A mistake in what a user declares: its place, and words that say what is wrong, with which value, and what
to do."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from reprlib import Repr
from typing import TYPE_CHECKING, NamedTuple

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic_core import ErrorDetails

_OURS = "mistake"

# What pydantic's error types ask for: https://docs.pydantic.dev/latest/errors/validation_errors/
_WANTED = {
    "bool_parsing": "True or False",
    "bool_type": "True or False",
    "dict_type": "a dict",
    "finite_number": "a finite number",
    "float_parsing": "a number",
    "float_type": "a number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "string_type": "a text",
    "tuple_type": "a list",
}

_values = Repr()
_values.maxstring = _values.maxother = 60


class Mistake(NamedTuple):
    """What is wrong and what to do; `place` are the steps to it from the part that is looked at."""

    text: str
    place: tuple[str | int, ...] = ()

    def __str__(self) -> str:
        return f"{self.where}: {self.text}" if self.place else self.text

    @property
    def where(self) -> str:
        """The place as Python writes it: `sweep[0].grid.maxIter`."""
        steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.place)
        return "".join(steps).lstrip(".")


def listed(subject: str, mistakes: Iterable[Mistake]) -> str:
    """The mistakes under one heading, each on its own line."""
    lines = [f"  - {mistake}" for mistake in mistakes]
    count = "a mistake" if len(lines) == 1 else f"{len(lines)} mistakes"
    return "\n".join([f"{subject} has {count}:", *lines])


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean accuracy?` for a word that is nearly one of the known ones, else nothing."""
    close = _nearest(word, known)
    return f"; did you mean {close}?" if close else ""


def refusal(mistakes: Iterable[Mistake]) -> ValidationError:
    """What a validator raises for some mistakes: pydantic adds the way to the part that is validated."""
    return ValidationError.from_exception_data(
        "mistakes",
        [
            InitErrorDetails(
                type=PydanticCustomError(_OURS, "{text}", {"text": each.text}), loc=each.place, input=None
            )
            for each in mistakes
        ],
    )


def in_words(model: type[BaseModel], error: ValidationError) -> tuple[Mistake, ...]:
    """The mistakes in the fields of a model. A misspelt required field is one mistake, not two."""
    items = error.errors(include_url=False)
    misspelt = {
        _nearest(str(item["loc"][0]), model.model_fields)
        for item in items
        if item["type"] == "extra_forbidden"
    }
    return tuple(
        Mistake(_text(model, item), item["loc"])
        for item in items
        if item["type"] != "missing" or item["loc"][0] not in misspelt
    )


def _text(model: type[BaseModel], item: ErrorDetails) -> str:
    kind, value = item["type"], _values.repr(item["input"])
    if kind == _OURS:
        return item["msg"]
    if kind == "extra_forbidden":
        name, fields = str(item["loc"][0]), model.model_fields
        hint = did_you_mean(name, fields) or f"; it has {', '.join(fields)}"
        return f"{model.__name__} has no field {name!r}{hint}"
    if kind == "missing":
        return f"it is missing; {model.__name__} needs it"
    if kind == "model_type":
        return f"it must be a {item['ctx']['class_name']}, not {value}"
    if kind in _WANTED:
        return f"it must be {_WANTED[kind]}, not {value}"
    return f"{item['msg']}, not {value}"


def _nearest(word: str, known: Iterable[str]) -> str | None:
    by_lower_case = {name.lower(): name for name in known}
    close = get_close_matches(word.lower(), by_lower_case, n=1)
    return by_lower_case[close[0]] if close else None
