"""What is expected of the rows of a snapshot."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from rookery_jobs.contract.documents import Document
from rookery_jobs.errors import ContractError

WARN, REFUSE, IGNORE = "warn", "refuse", "ignore"
ON_DRIFT = (WARN, REFUSE, IGNORE)
"""What becomes of data that has drifted away from the champion's."""

USUAL_PSI = 0.25
"""From which a population stability index is commonly called a significant shift (0.1 to 0.25: a small one).
N. Siddiqi, Credit Risk Scorecards (2006), chapter 9."""


@dataclass(frozen=True)
class ExpectationsSpec(Document):
    """`min_rows_per_class` of each class; the `allowed` values of categorical columns; the `ranges` of
    numeric ones, lowest and highest (None: no limit).

    With a `champion_snapshot`, its path, the distribution of each feature and of the label must not be
    further from that of the champion's than `max_psi`, a population stability index, or `on_drift` says what
    follows.
    """

    min_rows_per_class: int = 0
    allowed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    ranges: dict[str, tuple[float | None, ...]] = field(default_factory=dict)
    max_psi: float = USUAL_PSI
    on_drift: str = WARN
    champion_snapshot: str = ""

    def __post_init__(self) -> None:
        for values in self.allowed.values():
            check_allowed(values)
        for limits in self.ranges.values():
            check_range(limits)
        check_drift(self.max_psi, self.on_drift)


def check_allowed(values: Sequence[str]) -> None:
    """Raise ContractError for a list that allows nothing."""
    if not values:
        raise ContractError("no value is allowed; name one at least, or leave the column out")


def check_range(limits: Sequence[float | None]) -> None:
    """Raise ContractError for limits that are not a lowest and a highest value."""
    known = [each for each in limits if each is not None]
    if len(limits) != 2 or not known or not all(map(math.isfinite, known)) or known != sorted(known):
        raise ContractError(
            f"{list(limits)} is no range; give the lowest and the highest value, of which one may be None"
        )


def check_drift(max_psi: float, on_drift: str) -> None:
    """Raise ContractError for a limit that nothing keeps, and for what cannot follow."""
    if not 0 < max_psi < math.inf:
        raise ContractError(f"max_psi {max_psi:g} cannot be; it must be above 0, {USUAL_PSI:g} for example")
    if on_drift not in ON_DRIFT:
        raise ContractError(f"on_drift cannot be {on_drift!r}; it can be {', '.join(map(repr, ON_DRIFT))}")


NOTHING_EXPECTED = ExpectationsSpec()
