"""The columns of a plan: what the model takes, what it predicts, and when a row was known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Annotated

from pydantic import AfterValidator, FiniteFloat

from rookery.mistakes import Mistake, did_you_mean
from rookery.parts import Names, Part, checked, refused
from rookery.plan.sweep import Sweep, objective_of
from rookery_jobs.contract import (
    CHOICES,
    OBJECTIVES,
    ContractError,
    Treatment,
    check_as_of_column,
    check_columns,
)


def _one_of(field: str) -> AfterValidator:
    def check(value: object) -> Iterator[Mistake]:
        known = CHOICES[field]
        if isinstance(value, str) and value not in known:
            number = ", or a number" if field == "missing_numeric" else ""
            hint = did_you_mean(value, known) or f"; it can be {', '.join(known)}{number}"
            yield Mistake(f"{value!r} is unknown{hint}")

    return checked(check)


class Features(Part):
    """The columns that the model takes, categorical ones as text, numeric ones as numbers, and what becomes
    of their values. Spark's own stages do it, and they are part of the model."""

    categorical: Names = ()
    """Columns whose values are categories."""
    numeric: Names = ()
    """Columns whose values are numbers."""
    boolean: Names = ()
    """Columns whose values are true and false. To the model they are the numbers 1 and 0, and what is said
    here of numbers holds for them; the endpoint takes true and false."""
    missing_numeric: Annotated[FiniteFloat | str, _one_of("missing_numeric")] = "drop"
    """A row without one of the numbers: `drop` it, or take there the `mean`, `median` or `mode` of the train
    rows, or a number that is named here."""
    missing_categorical: Annotated[str, _one_of("missing_categorical")] = "drop"
    """A row without one of the categories: `drop` it, or take that as a `category` of its own."""
    handle_invalid: Annotated[str, _one_of("handle_invalid")] = "error"
    """A category that no train row has: `error` refuses the row, `keep` takes all such for one category more.
    A missing one in a request is among them, if rows without one are dropped."""
    encoding: Annotated[str, _one_of("encoding")] = "index"
    """A category is its `index`, by how frequent it is, or `one-hot`: a number for each category but the
    last, as linear models need it."""
    scaling: Annotated[str, _one_of("scaling")] = "minmax"
    """Numbers are scaled to 0 to 1 (`minmax`), to mean 0 and deviation 1 (`standard`), or not (`none`)."""

    @property
    def columns(self) -> Names:
        """All of them, categorical first: the order in which the model takes them."""
        return self.categorical + self.numeric + self.boolean

    @property
    def treatment(self) -> Treatment:
        """What becomes of the values, as the specs of job runs have it."""
        missing = self.missing_numeric
        return Treatment(
            missing_numeric=missing if isinstance(missing, str) else float(missing),
            missing_categorical=self.missing_categorical,
            handle_invalid=self.handle_invalid,
            encoding=self.encoding,
            scaling=self.scaling,
        )

    @property
    def optional(self) -> Names:
        """The columns whose value a row may lack."""
        treatment = self.treatment
        categorical = () if treatment.drops_categorical else self.categorical
        return categorical + (() if treatment.drops_numeric else self.numeric + self.boolean)


def check_features(given: Features) -> Iterator[Mistake]:
    """At least one column, none twice, and none that the pipeline makes itself."""
    # The label has a check of its own; this one is none of the features, however they are called.
    other = "_".join((*given.columns, "label"))
    yield from refused(
        partial(check_columns, given.categorical, given.numeric, other, given.boolean), ContractError
    )


def check_label(name: str, features: Features) -> Iterator[Mistake]:
    """A column that is none of the features."""
    if name in features.columns:
        yield Mistake(f"{name!r} is also a feature; a model that is told the answer learns nothing")
        return
    columns = (features.categorical, features.numeric, name, features.boolean)
    yield from refused(partial(check_columns, *columns), ContractError)


def check_label_type(name: str | None, sweep: Sequence[Sweep]) -> Iterator[Mistake]:
    """One that the sweep's algorithms can predict."""
    objective = objective_of(sweep)
    known = OBJECTIVES[objective].label_types
    if name is not None and name not in known:
        hint = did_you_mean(name, known) or f"; for {objective} it can be {', '.join(known)}"
        yield Mistake(f"{name!r} cannot be{hint}")


def check_as_of(name: str | None, features: Features, label: str) -> Iterator[Mistake]:
    """A column that is neither a feature nor the label."""
    if name is not None:
        yield from refused(partial(check_as_of_column, name, features.columns, label), ContractError)
