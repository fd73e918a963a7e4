"""Which Airflow this is: two that share a workspace give equal ids to their DAGs and scheduled runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from uuid import uuid4

from airflow.sdk import Variable

from rookery.exceptions import PlanError
from rookery_jobs.contract import slug

VARIABLE = "rookery_installation"

_LONGEST = 32
_SETTLING_SECONDS = 1.0


def installation_id(sleep: Callable[[float], None] = time.sleep) -> str:
    """The id of this Airflow installation, from its Variable `rookery_installation`, made by the first run.

    It is part of the names and tags of all that runs create. Raises PlanError for an id, set by hand, that
    cannot be part of a path.
    """
    found = Variable.get(VARIABLE, default=None) or _made(sleep)
    if slug(found) != found or len(found) > _LONGEST:
        raise PlanError(
            f"the Airflow Variable {VARIABLE} is {found!r}; use at most {_LONGEST} letters, digits, '_', '.' "
            "and '-', the first a letter or digit, or delete it and the next run makes one"
        )
    return str(found)


def _made(sleep: Callable[[float], None]) -> str:
    Variable.set(VARIABLE, uuid4().hex[:8], "Made by Rookery: part of the names of what it creates")
    # Two first runs at once may both have found none. What was written last, they both read a moment later.
    sleep(_SETTLING_SECONDS)
    return str(Variable.get(VARIABLE))
