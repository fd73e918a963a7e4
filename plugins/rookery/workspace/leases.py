"""Whose the things are that runs create in a workspace, and until when they may stay: tags on all of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from rookery.exceptions import EndpointError

# Model Serving refuses keys with one of `. , = / :`.
TAG_OWNER = "rookery_owner"
TAG_EXPIRES_AT = "rookery_expires_at"
TAG_INSTALLATION = "rookery_installation"
TAG_DAG_ID = "rookery_dag_id"

ANY_INSTALLATION = "<installation>"
"""In place of the id of an Airflow installation that is not known."""

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
