"""Whose the things are that runs create in a workspace, and until when they may stay: tags on all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from rookery.exceptions import EndpointError

# Model Serving refuses keys with one of `. , = / :`.
TAG_OWNER = "rookery_owner"
TAG_EXPIRES_AT = "rookery_expires_at"
TAG_INSTALLATION = "rookery_installation"
TAG_DAG_ID = "rookery_dag_id"

ANY_INSTALLATION = "<installation>"
"""In place of the id of an Airflow installation that is not known."""

LONGEST_TAG = 255
"""Azure limits the value of a tag to 256 characters."""

LEASE = timedelta(hours=24)

Tags = Mapping[str, str | None]


def owned_by(owner: str) -> dict[str, str]:
    """The tag of what the DAG run `owner` has created (`RunNames.owner`)."""
    return {TAG_OWNER: owner}


def lease_from(now: datetime) -> dict[str, str]:
    """The tag of what may not outlive its run: a day after its creation, it can only be left behind."""
    return {TAG_EXPIRES_AT: (now.astimezone(UTC) + LEASE).isoformat(timespec="seconds")}


def is_owned(tags: Tags | None, owner: str) -> bool:
    """Whether the DAG run `owner` has created it."""
    return (tags or {}).get(TAG_OWNER) == owner


class Owner(NamedTuple):
    """The DAG run that has created something, and its Airflow installation."""

    installation: str
    dag_id: str
    run_id: str


def owner_of(tags: Tags | None) -> Owner | None:
    """Who has created it, by its tag; None for what is not ours, and for a DAG run whose ids are too long for
    a tag (`RunNames.owner` shortens them)."""
    owner = (tags or {}).get(TAG_OWNER) or ""
    parts = owner.split("/", 2)
    return Owner(*parts) if len(parts) == 3 and len(owner) < LONGEST_TAG else None


def is_left_behind(tags: Tags | None, installation: str, is_over: Callable[[Owner], bool]) -> bool:
    """Whether it was made for the time of a DAG run of this installation that `is_over`: finished or gone.

    The run decides, and not the date in the tag: what a run that lives has created is its own, however long
    it takes. The date could not be moved on: Databricks restarts a running cluster whose tags are changed
    (databricks-sdk, `clusters.update`).
    """
    owner = owner_of(tags)
    if tags is None or owner is None or not has_lease(tags):
        return False
    return owner.installation == installation and is_over(owner)


def has_lease(tags: Tags) -> bool:
    """Whether it was made to be deleted at the end of its run."""
    return TAG_EXPIRES_AT in tags


def require_dags_own(endpoint_name: str, tags: Tags, dag_id: str, installation: str) -> None:
    """Raise EndpointError unless the endpoint with these tags was made by this DAG of this Airflow
    installation, or of any for ANY_INSTALLATION."""
    made_by, made_in = tags.get(TAG_DAG_ID), tags.get(TAG_INSTALLATION)
    if made_by != dag_id:
        whose = (
            f"belongs to the DAG {made_by}" if made_by else f"was not made by Rookery (no tag {TAG_DAG_ID})"
        )
        raise EndpointError(
            f"the endpoint {endpoint_name} exists and {whose}; name another one in the plan, or delete it"
        )
    if installation not in (made_in, ANY_INSTALLATION):
        raise EndpointError(
            f"the endpoint {endpoint_name} exists and belongs to the DAG {dag_id} of another Airflow "
            f"installation, {made_in} (this is {installation}); name another one in the plan, delete it, or, "
            f"if this Airflow has replaced that one, set its Variable rookery_installation to {made_in}"
        )
