"""What the parts of a plan have in common: all their mistakes are reported at once, by the plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from reprlib import Repr
from typing import TYPE_CHECKING, Any, ClassVar, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    SerializerFunctionWrapHandler,
    ValidationError,
    ValidationInfo,
    model_serializer,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from rookery.exceptions import PlanError
from rookery.mistakes import Mistake, did_you_mean, listed, nearest

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

Names = tuple[str, ...]

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


class Part(BaseModel):
    """A part of a plan: immutable, without unknown fields.

    A part that is built with mistakes keeps them instead of raising them, so that the plan it is put into can
    report all there are, each with its place. Until then it is of no use: whatever asks it for a field gets a
    PlanError.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    _mistakes: ClassVar[tuple[Mistake, ...]] = ()

    def __init__(self, **fields: Any) -> None:
        try:
            super().__init__(**fields)
        except ValidationError as error:
            object.__setattr__(self, "_mistakes", _in_words(type(self), error))

    @model_validator(mode="after")
    def _report_where_it_is_put(self) -> Self:
        if self._mistakes:
            raise _refusal(self._mistakes)
        return self

    @model_serializer(mode="wrap")
    def _refuse_to_be_written(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        self._require_soundness()
        written: dict[str, Any] = handler(self)
        return written

    def _require_soundness(self) -> None:
        if self._mistakes:
            raise PlanError(listed(type(self).__name__, self._mistakes), self._mistakes)

    if not TYPE_CHECKING:  # mypy would take every attribute for a field

        def __getattr__(self, name: str) -> Any:
            # Only called for what is not there; of a part with mistakes, that is every field.
            self._require_soundness()
            return super().__getattr__(name)


class Plan(Part):
    """A whole plan. Raises PlanError with every mistake in it and in its parts, and the place of each."""

    def __init__(self, **fields: Any) -> None:
        super().__init__(**fields)
        self._require_soundness()


def checked(check: Callable[..., Iterable[Mistake]], *reads: str) -> AfterValidator:
    """Have a field's value checked beyond its type.

    `check` gets the value, and those of the fields that it `reads`; they are declared before this one. It is
    left out if one of them has a mistake already.
    """

    def validate(value: object, info: ValidationInfo) -> object:
        if any(name not in info.data for name in reads):
            return value
        mistakes = tuple(check(value, *(info.data[name] for name in reads)))
        if mistakes:
            raise _refusal(mistakes)
        return value

    return AfterValidator(validate)


def by_kind(kinds: Mapping[str, type[Part]], usual: str) -> BeforeValidator:
    """Have a field's dict made into the kind of part that its `kind` names; without one, into the usual."""

    def validate(value: object) -> object:
        if not isinstance(value, Mapping):
            return value
        kind = str(value.get("kind", usual))
        if kind not in kinds:
            known = ", ".join(kinds)
            raise _refusal([Mistake(f"{kind!r} is unknown; known are {known}", ("kind",))])
        return kinds[kind](**value)

    return BeforeValidator(validate)


def refused(attempt: Callable[[], object], by: type[Exception], *place: str) -> Iterable[Mistake]:
    """The mistake that an attempt raises as an error of this type, if it does."""
    try:
        attempt()
    except by as error:
        yield Mistake(str(error), place)


def _refusal(mistakes: Iterable[Mistake]) -> ValidationError:
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


def _in_words(model: type[BaseModel], error: ValidationError) -> tuple[Mistake, ...]:
    """The mistakes in the fields of a model. A misspelt required field is one mistake, not two."""
    items = error.errors(include_url=False)
    misspelt = {
        nearest(str(item["loc"][0]), model.model_fields)
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
