"""From the plan's grid to the shards that the mapped task trains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from rookery.links import ExperimentLink, JobRunLink, snapshot_page
from rookery.operators.bases.databricks import PlanOperator
from rookery.operators.bases.job_run import JobRunOperator
from rookery.operators.bases.own_state import is_over
from rookery.operators.bases.project import project_of
from rookery.origin import origin_of
from rookery.plan.shards import Deal, deal
from rookery.workspace import points, storage
from rookery.workspace.leases import TAG_OWNER, owner_of
from rookery.workspace.requests.once import done
from rookery.workspace.sweeps import parent
from rookery.workspace.sweeps.dataset import dataset_input
from rookery_jobs.contract import Manifest, Origin, Point, RunLayout, SweepSpec, manifest_path, sweep_id
from rookery_jobs.errors import ContractError
from rookery_jobs.grid import make_points

if TYPE_CHECKING:
    from airflow.sdk import BaseOperatorLink, Context
    from airflow.sdk.types import RuntimeTaskInstanceProtocol


class SweepOperator(PlanOperator):
    """Base of the operators that know the run's sweep: its points follow from the plan, the snapshot and the
    job code, their order from how many of them a mapped task carries."""

    template_fields: Sequence[str] = (
        "plan",
        "snapshot_path",
        "snapshot_digest",
        "code_digest",
        "experiment_id",
        "owner_tag",
        "points_per_task",
    )

    def __init__(
        self,
        *,
        snapshot_path: str,
        snapshot_digest: str,
        code_digest: str,
        experiment_id: str,
        owner_tag: str,
        points_per_task: int,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.snapshot_path = snapshot_path
        self.snapshot_digest = snapshot_digest
        self.code_digest = code_digest
        self.experiment_id = experiment_id
        self.owner_tag = owner_tag
        self.points_per_task = points_per_task

    def deal(self) -> Deal:
        """The sweep's points, dealt out to mapped tasks."""
        plan = self.training_plan
        points = make_points(
            plan.candidates(),
            categorical=plan.features.categorical,
            numeric=plan.features.numeric,
            boolean=plan.features.boolean,
            label=plan.label,
            snapshot_digest=self.snapshot_digest,
            code_digest=self.code_digest,
        )
        return deal(points, self.points_per_task)

    def sweep(self, context: Context, points: tuple[Point, ...]) -> SweepSpec:
        """The sweep, as the specs of job runs have it, with its MLflow run, found or created."""
        plan = self.training_plan
        origin = origin_of(context["dag_run"], plan)
        sweep = SweepSpec(
            sweep_id=sweep_id((point.point_id for point in points), plan.metric),
            snapshot_path=self.snapshot_path,
            snapshot_digest=self.snapshot_digest,
            code_digest=self.code_digest,
            experiment_id=self.experiment_id,
            metric=plan.metric,
            points=points,
            tmp_path=self._layout(origin).tmp,
            origin=origin,
            log_models=plan.log_models,
        )
        found = parent.find(self.workspace, sweep, self.owner_tag)
        return replace(sweep, parent_run_id=found or self._parent(context, sweep))

    def _parent(self, context: Context, sweep: SweepSpec) -> str:
        user = self.workspace.current_user.me().user_name
        tags = {"mlflow.user": str(user), **project_of(context["dag"].fileloc).tags}
        return parent.create(self.workspace, sweep, self.owner_tag, tags)

    def put_points(self, sweep: SweepSpec) -> str:
        """Have the sweep's file on the data root, unless it is there; its path. One of an earlier processing
        of the run is left alone: what reads it may be at it."""
        path = self._layout(sweep.origin).points(sweep.sweep_id)
        if not self._is_there(path, sweep):
            storage.write_text(self.workspace, path, sweep.to_json())
            self.log.info("%d points are at %s", len(sweep.points), path)
        return path

    def _layout(self, origin: Origin) -> RunLayout:
        return RunLayout(self.training_plan.data_root, origin.dag_id, origin.dag_run_id)

    def _is_there(self, path: str, sweep: SweepSpec) -> bool:
        if storage.size(self.workspace, path) is None:
            return False
        try:
            found = SweepSpec.from_json(storage.read_text(self.workspace, path))
        except (ContractError, UnicodeDecodeError):
            return False
        return replace(found, origin=sweep.origin) == sweep


class TrainOperator(JobRunOperator, SweepOperator):
    """Train one shard of a sweep. Its points are MLflow runs, all shown at `experiment_page`.

    Finished points are found again, so a run that took too long is worth another one. Points whose file was
    lost or broken are written again.
    """

    goes_on = True

    template_fields: Sequence[str] = (
        *JobRunOperator.template_fields,
        *SweepOperator.template_fields,
        "experiment_page",
    )
    operator_extra_links: Sequence[BaseOperatorLink] = (JobRunLink(), ExperimentLink())

    def __init__(self, *, experiment_page: str, **kwargs: Any) -> None:
        super().__init__(entry="train", **kwargs)
        self.experiment_page = experiment_page

    def execute(self, context: Context) -> int:
        self.show_link(context, ExperimentLink(), self.experiment_page)
        self.put_points(self.sweep(context, self.deal().points))
        return self.run_job(context, *self.arguments)


class ExpandGridOperator(SweepOperator):
    """Make the sweep's MLflow run, write its points to the data root, and return its Shards, one per mapped
    task.

    XCom: `points_path`, where the SweepSpec is, and `experiment_page`, where the results will be seen.
    """

    operator_extra_links: Sequence[BaseOperatorLink] = (ExperimentLink(),)

    def execute(self, context: Context) -> list[dict[str, Any]]:
        dealt = self.deal()
        sweep = self.sweep(context, dealt.points)
        self._describe(context, sweep)
        path = self.put_points(sweep)
        page = snapshot_page(self.workspace_url, self.experiment_id, self.snapshot_digest)
        self.show_link(context, ExperimentLink(), page)
        context["ti"].xcom_push(key="points_path", value=path)
        context["ti"].xcom_push(key="experiment_page", value=page)
        return [shard.to_xcom() for shard in dealt.shards(path)]

    def _describe(self, context: Context, sweep: SweepSpec) -> None:
        """Have the sweep's MLflow run say what it is, and end those of runs that are over."""
        ended = partial(self._is_over, context["ti"])
        parent.end_running(self.workspace, sweep.experiment_id, "KILLED", ended)
        manifest = Manifest.from_json(storage.read_text(self.workspace, manifest_path(self.snapshot_path)))
        data, run_id = dataset_input(manifest, self.training_plan.source.shown), str(sweep.parent_run_id)
        done(lambda: self.workspace.experiments.log_inputs(run_id, datasets=[data]))
        tally = parent.tell(self.workspace, sweep, list(points.runs_of(self.workspace, sweep)))
        if tally.missing:
            parent.go_on(self.workspace, run_id)
        self.log.info("%d of %d points are found again", len(tally.found), tally.points)

    def _is_over(self, instance: RuntimeTaskInstanceProtocol, tag: str) -> bool:
        """Whether a tag names a DAG run of this Airflow that is over: others may share the experiment."""
        own, owner = owner_of({TAG_OWNER: self.owner_tag}), owner_of({TAG_OWNER: tag})
        if own is None or owner is None or own.installation != owner.installation:
            return False
        return is_over(instance, owner)
