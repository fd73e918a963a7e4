"""The MLflow runs of points, in the experiment of a sweep."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from mlflow import MlflowClient
from mlflow.entities import Param, Run, RunTag

from rookery_jobs import contract
from rookery_jobs.contract import Point, SweepSpec
from rookery_jobs.grid.words import in_words
from rookery_jobs.spark.runs.parent import NO_PARENT, Parent
from rookery_jobs.spark.runs.tracking import log_metrics

_PAGE = 1000
# MLflow's limit for a tag value was 5000 before version 3.
_ERROR_LENGTH = 2000


@dataclass(frozen=True)
class PointRuns:
    """The runs that are there, and those that this sweep makes. `shard`: the points of it that are wanted."""

    client: MlflowClient
    spec: SweepSpec
    shard: tuple[Point, ...] = ()
    parent: Parent = NO_PARENT

    def finished(self) -> Iterator[Run]:
        """The finished runs with this snapshot and this code, whichever sweep made them; of a sweep with more
        points than a page has runs, those that a shard of the same points made.

        The caller matches the point ids, since MLflow's filters have no IN or OR on tags. A point that is not
        found here is looked for by its own id before it is fitted.
        """
        data = {contract.TAG_SNAPSHOT: self.spec.snapshot_digest, contract.TAG_CODE: self.spec.code_digest}
        return self._search({**data, **self._shard_tag}, "FINISHED")

    def of_point(self, point: Point) -> list[Run]:
        """The runs of a point, of whatever status, whichever sweep made them."""
        return list(self._search({contract.TAG_POINT: point.point_id}))

    def running(self, claim: str) -> Iterator[Run]:
        """The runs with this claim that have not ended."""
        return self._search({contract.TAG_CLAIM: claim}, "RUNNING")

    def create(self, point: Point, claim: str, started: float) -> str:
        """The id of a new RUNNING run with the claim, named by the point's values. `started`: seconds."""
        tags = {
            contract.TAG_SWEEP: self.spec.sweep_id,
            contract.TAG_POINT: point.point_id,
            contract.TAG_SNAPSHOT: self.spec.snapshot_digest,
            contract.TAG_CODE: self.spec.code_digest,
            contract.TAG_ALGORITHM: point.algorithm,
            contract.TAG_CLAIM: claim,
            **self._shard_tag,
            contract.MLFLOW_NOTE: self._note(point),
            **self.spec.origin.tags,
            **self.parent.tags,
        }
        run = self.client.create_run(
            self.spec.experiment_id, int(started * 1000), tags, run_name=in_words([point])
        )
        return str(run.info.run_id)

    def _note(self, point: Point) -> str:
        """What the run is, in a sentence."""
        origin = self.spec.origin
        data = "".join(f" on {each.dataset.name}" for each in self.parent.datasets)
        return (
            f"One point of a sweep ({in_words([point])}), trained{data} by the DAG {origin.dag_id}, run "
            f"{origin.dag_run_id}."
        )

    def finish(self, run_id: str, point: Point, metrics: Mapping[str, float]) -> None:
        """End the run as FINISHED, with the point's parameters and metrics."""
        log_metrics(self.client, run_id, metrics, params=self._params(point))
        self.client.set_terminated(run_id)

    def fail(self, run_id: str, point: Point, error: str) -> None:
        """End the run as FAILED, with the point's parameters and, as a tag, its error."""
        tag = RunTag(contract.TAG_ERROR, error[:_ERROR_LENGTH])
        self.client.log_batch(run_id, params=self._params(point), tags=[tag])
        self.client.set_terminated(run_id, status="FAILED")

    def _params(self, point: Point) -> list[Param]:
        as_of = self.spec.origin.as_of
        first = {
            contract.PARAM_ALGORITHM: point.algorithm,
            **({contract.PARAM_AS_OF: as_of} if as_of else {}),
        }
        return [Param(name, str(value)) for name, value in {**first, **point.params}.items()]

    @cached_property
    def _shard_tag(self) -> dict[str, str]:
        if len(self.spec.points) <= _PAGE:
            return {}
        return {contract.TAG_SHARD: contract.digest_of(sorted(point.point_id for point in self.shard))}

    def _search(self, tags: Mapping[str, str], status: str | None = None) -> Iterator[Run]:
        conditions = [f"tags.`{name}` = '{value}'" for name, value in tags.items()]
        query = " and ".join([*conditions, *([f"attributes.status = '{status}'"] if status else [])])
        token: str | None = None
        while True:
            page = self.client.search_runs(
                [self.spec.experiment_id], query, max_results=_PAGE, page_token=token
            )
            yield from page
            token = page.token
            if not token:
                return
