"""Who fits a point: its MLflow run is made before the fit, and while it is RUNNING it is a claim.

Sweeps that run at once on the same data have points in common. MLflow cannot make a run only if there is
none. So whoever wants a point makes a run first and looks then: it has the point if it sees no other claim.
Two claims cannot both be missed, since each was there before its owner looked. Of two that see each other
the one with the larger run id is given up, and the owner of the other looks again.

A claim's owner changes a tag of it every HEARTBEAT seconds. A claim without a change for PATIENCE seconds, by
the clock of whoever waits, is taken over. One of the same DAG run is taken over at once: there it can only be
that of an earlier try of the same job run.
"""

import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType

from mlflow.entities import Run
from mlflow.exceptions import MlflowException

from rookery_jobs import contract
from rookery_jobs.contract import Point
from rookery_jobs.spark.runs.points import PointRuns

HEARTBEAT = 10.0
PATIENCE = 60.0
_POLL = 0.5


@dataclass(frozen=True)
class Claim:
    """A point that is ours to fit, and its RUNNING run."""

    run_id: str


class Claims:
    """The claims of one job run. At its end no run of its own is left RUNNING."""

    def __init__(
        self,
        runs: PointRuns,
        *,
        wait: Callable[[float], object] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._runs = runs
        self._wait = wait
        self._clock = clock
        self._owner = uuid.uuid4().hex
        self._held: set[str] = set()
        self._seen: dict[str, tuple[str, float]] = {}
        self._over = threading.Event()
        self._heart = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> "Claims":
        self._heart.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._heart.join()
        # Among them are runs whose creation was not answered.
        for run in self._runs.running(self._owner):
            self._end(run)

    def take(self, point: Point, started: float) -> Claim | Run | None:
        """A claim on the point; or its run, if it is finished with the sweep's metric; or None, if another
        sweep is fitting it now."""
        finished, rivals = self._look(point)
        if finished or rivals:
            return finished
        own = self._runs.create(point, self._owner, started)
        self._held.add(own)
        while True:
            finished, rivals = self._look(point, own)
            if not finished and not rivals:
                return Claim(own)
            if finished or min(rivals) < own:
                self.release(own)
                self._runs.client.delete_run(own)
                return finished
            self.pause()

    def release(self, run_id: str) -> None:
        """Say that a claim is one no more: its run has ended."""
        self._held.discard(run_id)

    def pause(self) -> None:
        """Give others the time to go on."""
        self._wait(_POLL)

    def _look(self, point: Point, own: str | None = None) -> tuple[Run | None, list[str]]:
        """The point's finished run, if there is one, and the ids of others' claims that are alive."""
        runs = [each for each in self._runs.of_point(point) if each.info.run_id != own]
        metric = self._runs.spec.metric
        for run in runs:
            if run.info.status == "FINISHED" and metric in run.data.metrics:
                return run, []
        rivals = []
        for run in runs:
            if run.info.status == "RUNNING":
                if self._is_left(run):
                    self._end(run)
                else:
                    rivals.append(str(run.info.run_id))
        return None, rivals

    def _is_left(self, run: Run) -> bool:
        tags = run.data.tags
        if tags.get(contract.TAG_CLAIM) == self._owner:
            return True  # MLflow's client repeats a creation whose answer was lost
        origin = self._runs.spec.origin
        if (tags.get(contract.TAG_DAG), tags.get(contract.TAG_DAG_RUN)) == (origin.dag_id, origin.dag_run_id):
            return True
        beat, now = tags.get(contract.TAG_BEAT, ""), self._clock()
        known, since = self._seen.get(run.info.run_id, (None, now))
        if beat != known:
            self._seen[run.info.run_id] = (beat, now)
            return False
        return now - since >= PATIENCE

    def _end(self, run: Run) -> None:
        self._runs.client.set_terminated(run.info.run_id, status="KILLED")

    def _beat(self) -> None:
        beats = 0
        while not self._over.wait(HEARTBEAT):
            beats += 1
            for run_id in list(self._held):
                try:
                    self._runs.client.set_tag(run_id, contract.TAG_BEAT, str(beats))
                except MlflowException:
                    continue  # the next one may get through
