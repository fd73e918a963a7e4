"""The columns of a plan: what the model takes, what it predicts, and when a row was known."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from rookery.mistakes import Mistake
from rookery.parts import Names, Part, refused
from rookery_jobs.contract import ContractError, check_as_of_column, check_columns


class Features(Part):
    """The columns that the model takes: categorical ones as text, numeric ones as numbers."""

    categorical: Names = ()
    """Columns whose values are categories."""
    numeric: Names = ()
    """Columns whose values are numbers."""

    @property
    def columns(self) -> Names:
        """All of them, categorical first: the order in which the model takes them."""
        return self.categorical + self.numeric


def check_features(given: Features) -> Iterator[Mistake]:
    """At least one column, none twice, and none that the pipeline makes itself."""
    # The label has a check of its own; this one is none of the features, however they are called.
    other = "_".join((*given.columns, "label"))
    yield from refused(partial(check_columns, given.categorical, given.numeric, other), ContractError)


def check_label(name: str, features: Features) -> Iterator[Mistake]:
    """A column that is none of the features."""
    if name in features.columns:
        yield Mistake(f"{name!r} is also a feature; a model that is told the answer learns nothing")
        return
    yield from refused(partial(check_columns, features.categorical, features.numeric, name), ContractError)


def check_as_of(name: str | None, features: Features, label: str) -> Iterator[Mistake]:
    """A column that is neither a feature nor the label."""
    if name is not None:
        yield from refused(partial(check_as_of_column, name, features.columns, label), ContractError)
