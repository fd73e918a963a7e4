"""Errors of the Airflow side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rookery.redaction import redacted

if TYPE_CHECKING:
    from rookery.mistakes import Mistake


class RookeryError(Exception):
    """Root of the errors that Rookery raises in Airflow's processes.

    `retriable` says whether trying the same task again can help: a cluster lost to a cloud fault, yes;
    a plan that cannot be, no. The message's first paragraph is the reason; details follow an empty line. It
    may quote what others wrote: secrets are taken out of it.
    """

    def __init__(self, message: str, *, retriable: bool = False) -> None:
        super().__init__(redacted(message))
        self.retriable = retriable


class PlanError(RookeryError):
    """A TrainingPlan, or a run's conf, that cannot be carried out. `mistakes` has them one by one, where the
    message lists them."""

    def __init__(self, message: str, mistakes: Sequence[Mistake] = ()) -> None:
        super().__init__(message)
        self.mistakes = tuple(mistakes)


class ConnectionUnfitError(RookeryError):
    """An Airflow connection that cannot be used as it is written."""


class DagFileError(RookeryError):
    """A DAG file that Airflow could not load, or a DAG in it that Airflow would refuse."""


class DownloadError(RookeryError):
    """The source could not be fetched, or must not be, or is not what the plan expects."""


class PackageError(RookeryError):
    """The package of the user's own estimators is not there, or cannot travel with the job code."""


class StorageError(RookeryError):
    """A file in the workspace is not what was written."""


class ClusterError(RookeryError):
    """No runtime fits, or the cluster did not start."""


class JobRunError(RookeryError):
    """A job run ended otherwise than in success."""


class SelectionError(RookeryError):
    """No best point can be named: points of the sweep failed or are missing."""


class EndpointError(RookeryError):
    """The serving endpoint is not ours, could not be updated, or gave an answer of the wrong shape."""


class TaskStopped(BaseException):
    """A task was told to stop. No Exception, as Airflow's own timeout is none: nothing that handles errors
    may hold it up."""


class RunFailedError(RookeryError):
    """The verdict: tasks of the DAG run failed."""
