"""Which processing of which DAG run a result comes from: tags of MLflow runs and of registered versions."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from rookery_jobs.contract.documents import Document
from rookery_jobs.contract.tags import (
    TAG_AS_OF,
    TAG_DAG,
    TAG_DAG_RUN,
    TAG_GENERATION,
    TAG_INTERVAL_END,
    TAG_INTERVAL_START,
)
from rookery_jobs.errors import ContractError


@dataclass(frozen=True)
class Origin(Document):
    """A DAG run, the instant (`as_of`) before which it sees rows, if any, its generation, and its data
    interval, if it has one.

    A clear or a backfill's reprocessing takes the same DAG run again, which raises the generation from 1. It
    is a tag only: ids and registration keys do not have it, so that equal work is found again.
    """

    dag_id: str
    dag_run_id: str
    as_of: str | None
    generation: int
    data_interval_start: str | None = None
    data_interval_end: str | None = None

    def __post_init__(self) -> None:
        for instant in (self.as_of, self.data_interval_start, self.data_interval_end):
            check_as_of(instant)
        if self.generation < 1:
            raise ContractError(f"generation {self.generation} cannot be; the first processing is 1")

    @property
    def tags(self) -> dict[str, str]:
        """The same as MLflow tags; there is none for an instant that there is not."""
        tags = {
            TAG_DAG: self.dag_id,
            TAG_DAG_RUN: self.dag_run_id,
            TAG_GENERATION: str(self.generation),
            TAG_AS_OF: self.as_of,
            TAG_INTERVAL_START: self.data_interval_start,
            TAG_INTERVAL_END: self.data_interval_end,
        }
        return {name: value for name, value in tags.items() if value is not None}


def check_as_of(as_of: str | None) -> None:
    """Raise ContractError for text that is not an ISO 8601 instant in UTC (`2026-01-05T00:00:00+00:00`)."""
    if as_of is None:
        return
    try:
        offset = datetime.fromisoformat(as_of).utcoffset()
    except ValueError:
        offset = None
    if offset != timedelta(0):
        raise ContractError(f"{as_of!r} is no instant in UTC; write 2026-01-05T00:00:00+00:00")
