"""Of many cases, those that `make test` plays."""

from collections.abc import Sequence
from typing import Any

import pytest


def telling(count: int, cases: Sequence[Any]) -> list[Any]:
    """The cases, of which all but the first `count` are left to the matrix."""
    others = [case if isinstance(case, tuple) else (case,) for case in cases[count:]]
    return [*cases[:count], *(pytest.param(*case, marks=pytest.mark.matrix) for case in others)]
