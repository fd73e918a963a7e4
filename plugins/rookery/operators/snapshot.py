"""The training data: one job run makes a snapshot of the source."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rookery import storage
from rookery.operators.job_run import JobRunOperator
from rookery.plan import TrainingPlan
from rookery_jobs.contract import Manifest, RunLayout, SnapshotSpec, manifest_path, snapshot_digest, spec_path

if TYPE_CHECKING:
    from airflow.sdk import Context


class PrepareDataOperator(JobRunOperator):
    """Have the downloaded source cleaned and split into a snapshot on the data root.

    XCom: `snapshot_path`, `snapshot_digest`, and the `example` record of the manifest.
    """

    template_fields: Sequence[str] = (*JobRunOperator.template_fields, "plan", "source")

    def __init__(self, *, plan: dict[str, Any], source: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(entry="prepare", **kwargs)
        self.plan = plan
        self.source = source

    def execute(self, context: Context) -> None:
        run = context["dag_run"]
        spec = snapshot_spec(TrainingPlan.model_validate(self.plan), self.source, run.dag_id, run.run_id)
        storage.write_text(self.workspace, spec_path(spec.snapshot_path), spec.to_json())
        self.run_job(context, spec_path(spec.snapshot_path))
        manifest = Manifest.from_json(storage.read_text(self.workspace, manifest_path(spec.snapshot_path)))
        kept, dropped = manifest.rows_kept, manifest.rows_dropped
        self.log.info("%d rows kept, %d dropped; %s", kept, dropped, manifest.rows)
        context["ti"].xcom_push(key="snapshot_path", value=spec.snapshot_path)
        context["ti"].xcom_push(key="snapshot_digest", value=spec.digest)
        context["ti"].xcom_push(key="example", value=manifest.example)


def snapshot_spec(plan: TrainingPlan, source: dict[str, Any], dag_id: str, run_id: str) -> SnapshotSpec:
    """What `prepare` is asked for this plan and this downloaded source."""
    split, features = plan.split, plan.features
    digest = snapshot_digest(
        source_sha256=source["sha256"],
        categorical=features.categorical,
        numeric=features.numeric,
        label=plan.label,
        validation_size=split.validation_size,
        test_size=split.test_size,
        seed=split.seed,
        split_key=split.split_key,
    )
    return SnapshotSpec(
        source_path=source["path"],
        source_sha256=source["sha256"],
        snapshot_path=RunLayout(plan.data_root, dag_id, run_id).snapshot(digest),
        categorical=features.categorical,
        numeric=features.numeric,
        label=plan.label,
        validation_size=split.validation_size,
        test_size=split.test_size,
        seed=split.seed,
        split_key=split.split_key,
        digest=digest,
    )
