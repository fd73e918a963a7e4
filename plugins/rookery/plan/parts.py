"""What the parts of a plan have in common: all their mistakes are reported at once, by the plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    SerializerFunctionWrapHandler,
    ValidationError,
    ValidationInfo,
    model_serializer,
    model_validator,
)

from rookery.exceptions import PlanError
from rookery.plan.mistakes import Mistake, in_words, listed, refusal


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
            object.__setattr__(self, "_mistakes", in_words(type(self), error))

    @model_validator(mode="after")
    def _report_where_it_is_put(self) -> Self:
        if self._mistakes:
            raise refusal(self._mistakes)
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
            raise refusal(mistakes)
        return value

    return AfterValidator(validate)
