"""What DAG runs have left behind: clusters and endpoints that no teardown will end any more."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from rookery.redaction import redacted
from rookery.workspace import clusters
from rookery.workspace.endpoints import states
from rookery.workspace.leases import Owner, Tags, is_left_behind

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

log = logging.getLogger(__name__)


class _Leased(NamedTuple):
    """Something that costs money: what it is, in words, its tags, and how it is ended."""

    name: str
    tags: Tags | None
    end: Callable[[], object]


def end_left_behind(workspace: WorkspaceClient, installation: str, is_over: Callable[[Owner], bool]) -> None:
    """End what DAG runs of this installation, that are over, have left: whoever deletes a run in Airflow
    deletes its teardowns too.

    It is a courtesy to the account, not a part of the run: whatever fails is a warning.
    """
    for kind in (_clusters, _endpoints):
        try:
            for leased in kind(workspace):
                if is_left_behind(leased.tags, installation, is_over):
                    log.warning("%s was left behind by a run that is over, and is ended", leased.name)
                    leased.end()
        except Exception as error:
            log.warning("What earlier runs may have left could not all be ended: %s", redacted(str(error)))


def _clusters(workspace: WorkspaceClient) -> Iterator[_Leased]:
    for each in clusters.live_clusters(workspace):
        if clusters.state_of(each) != "TERMINATING":
            name = str(each.cluster_id)
            yield _Leased(f"cluster {name}", each.custom_tags, partial(workspace.clusters.delete, name))


def _endpoints(workspace: WorkspaceClient) -> Iterator[_Leased]:
    for each in workspace.serving_endpoints.list():
        name, tags = str(each.name), {tag.key: tag.value for tag in each.tags or []}
        yield _Leased(f"the endpoint {name}", tags, partial(_delete_unchanged, workspace, name, tags))


def _delete_unchanged(workspace: WorkspaceClient, name: str, tags: Tags) -> None:
    # A run may have taken it over since it was listed: its tags, or an update on its way, say so.
    seen = states.find(workspace, name)
    if seen is not None and states.tags_of(seen) == tags and not states.is_updating(seen):
        workspace.serving_endpoints.delete(name)
