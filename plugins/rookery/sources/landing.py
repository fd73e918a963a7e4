"""How a source gets to where Spark can read it: what it is given for that, and what it hands on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

    from rookery.sources.wanted import Wanted
    from rookery_jobs.contract import RunLayout


@dataclass(frozen=True)
class Limits:
    """What a download may cost: bytes, seconds in all, seconds per read, redirects followed."""

    size: int = 1 << 30
    seconds: float = 600.0
    read_seconds: float = 60.0
    redirects: int = 5


@dataclass(frozen=True)
class Site:
    """Where a source is to land: the run's folders in a workspace, the DAG file that names it, what the plan
    wants of it, and what it may cost."""

    workspace: WorkspaceClient
    layout: RunLayout
    dag_file: str
    wanted: Wanted
    limits: Limits
