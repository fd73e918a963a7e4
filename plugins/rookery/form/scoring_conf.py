"""The trigger form of a BatchScoring, and the version that a run's conf asks for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from airflow.sdk import Param

from rookery.exceptions import PlanError

if TYPE_CHECKING:
    from rookery.plan.scoring import BatchScoring

VERSION_KEY = "version"


def scoring_form(plan: BatchScoring) -> dict[str, Param]:
    """The fields of the form: one, for the version."""
    version = Param(
        None,
        type=["integer", "null"],
        minimum=1,
        title="Version",
        section="Model",
        description_md=f"A version of **{plan.registered_model_name}**. Empty: the version that triggered "
        "the run, else the one that is served, else the newest one.",
    )
    return {VERSION_KEY: version}


def asked_version(conf: Mapping[str, Any], other_keys: Collection[str]) -> str | None:
    """The version that a run's conf asks for, if it asks for one.

    `other_keys` are those that the DAG itself has for other purposes. Raises PlanError for any other key, and
    for what is no version.
    """
    known = (VERSION_KEY, *other_keys)
    unknown = sorted(set(conf) - set(known))
    if unknown:
        raise PlanError(
            f"the run's conf has unknown keys: {', '.join(map(repr, unknown))}; known are {', '.join(known)}"
        )
    version = conf.get(VERSION_KEY)
    if version is None:
        return None
    if type(version) is not int or version < 1:
        raise PlanError(f"the run's conf has {VERSION_KEY} = {version!r}; it must be a whole number from 1")
    return str(version)
