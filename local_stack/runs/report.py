"""What a finished run has to show: leaderboard, version, answer, links; and a summary as one JSON object."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from local_stack.runs.dag_run import DagRun
from rookery.operators.bases.own_state import DECISION
from rookery.workspace import points, storage
from rookery_jobs.contract import Decision, SweepSpec, objective_of
from rookery_jobs.grid import Scored

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

TOP = 5


@dataclass(frozen=True)
class Outcome:
    """What the run's tasks returned, and the sweep they made, as far as the run got."""

    data_root: str | None
    sweep: SweepSpec | None
    ranked: Sequence[Scored]
    best: Mapping[str, Any] | None
    registered: Mapping[str, Any] | None
    answer: Mapping[str, Any] | None
    decision: Decision | None = None


@dataclass(frozen=True)
class Summary:
    """The demo's last line; None where the run did not get that far."""

    points: int
    finished: int
    best: Mapping[str, Any] | None
    metrics: Mapping[str, float] | None
    test_metrics: Mapping[str, float] | None
    model_version: str | None
    prediction: Sequence[float] | None
    seconds: float
    run_seconds: float
    cluster_seconds: float
    left_behind: Sequence[str] = field(default_factory=list)

    def to_json(self) -> str:
        """The summary on one line."""
        return json.dumps(asdict(self))

    def complete(self, deployed: bool) -> bool:
        """Whether all that was asked for has happened, and nothing is left of it."""
        served = self.prediction is not None or not deployed
        trained = 0 < self.points == self.finished and self.model_version is not None
        return trained and served and not self.left_behind


def outcome(run: DagRun, client: "WorkspaceClient") -> Outcome:
    """Ask Airflow and the workspace's MLflow what the run has made."""
    sweep = _sweep(run, client)
    decision = run.xcom("register_model", key=DECISION)
    return Outcome(
        data_root=(run.xcom("resolve_plan", key="plan") or {}).get("data_root"),
        sweep=sweep,
        ranked=points.leaderboard(sweep, list(points.runs_of(client, sweep))) if sweep else (),
        best=run.xcom("select_best"),
        registered=run.xcom("register_model"),
        answer=run.xcom("query_endpoint"),
        decision=Decision.from_json(json.dumps(decision)) if decision else None,
    )


def summarise(
    found: Outcome, seconds: float, run_seconds: float, cluster_seconds: float, left_behind: Sequence[str]
) -> Summary:
    """The whole run in one object; seconds are of the clock, with the services' start and without, and of the
    cluster's life."""
    best, registered, answer = found.best or {}, found.registered or {}, found.answer or {}
    return Summary(
        points=len(found.sweep.points) if found.sweep else 0,
        finished=len({scored.point.point_id for scored in found.ranked}),
        best=best.get("params"),
        metrics=best.get("metrics"),
        test_metrics=registered.get("test_metrics"),
        model_version=registered.get("version"),
        prediction=answer.get("predictions"),
        seconds=round(seconds, 1),
        run_seconds=round(run_seconds, 1),
        cluster_seconds=round(cluster_seconds, 1),
        left_behind=left_behind,
    )


def _sweep(run: DagRun, client: "WorkspaceClient") -> SweepSpec | None:
    path = run.xcom("expand_grid", key="points_path")
    return SweepSpec.from_json(storage.read_text(client, path)) if path else None


def show(found: Outcome, workspace_url: str) -> Iterator[str]:
    """The report's lines."""
    if found.sweep and found.ranked:
        yield from _leaderboard(found.sweep, found.ranked)
    if registered := found.registered:
        yield ""
        yield f"Registered   {registered['registered_model_name']}, version {registered['version']}"
        yield "  on test    " + ", ".join(
            f"{k} {v:.4f}" for k, v in sorted(registered["test_metrics"].items())
        )
    if found.decision:
        yield f"Decided      {found.decision.words}"
    if answer := found.answer:
        yield f"Asked        {json.dumps({'dataframe_records': answer['dataframe_records']})}"
        yield f"Answered     {json.dumps({'predictions': answer['predictions']})}"
    if found.sweep:
        yield f"Experiment   {workspace_url}/#/experiments/{found.sweep.experiment_id} (while this runs)"


def _leaderboard(sweep: SweepSpec, ranked: Sequence[Scored]) -> Iterator[str]:
    metrics = list(dict.fromkeys((sweep.metric, *objective_of(sweep.metric).logged)))
    params = list(dict.fromkeys(name for scored in ranked for name in scored.point.params))
    yield ""
    yield f"Leaderboard  the best {min(TOP, len(ranked))} of {len(ranked)}, by {sweep.metric} on validation"
    yield "  ".join(
        ["  #", f"{'algorithm':<20}", *(f"{p:>9}" for p in params), *(f"{m:>17}" for m in metrics)]
    )
    for place, scored in enumerate(ranked[:TOP], start=1):
        cells = [f"{place:>3}", f"{scored.point.algorithm:<20}"]
        cells += [f"{scored.point.params.get(name, '')!s:>9}" for name in params]
        cells += [f"{scored.metrics.get(name, float('nan')):>17.6f}" for name in metrics]
        yield "  ".join(cells)
