"""The training data: one job run makes a snapshot of the source."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rookery import storage
from rookery.operators.job_run import JobRunOperator
from rookery.origin import origin_of
from rookery.plan.training import TrainingPlan
from rookery_jobs.contract import (
    CsvSourceSpec,
    Manifest,
    Origin,
    RandomSplitSpec,
    RunLayout,
    SnapshotSpec,
    manifest_path,
    snapshot_digest,
    spec_path,
)

if TYPE_CHECKING:
    from airflow.sdk import Context


class PrepareDataOperator(JobRunOperator):
    """Have the downloaded source cleaned and split into a snapshot on the data root.

    XCom: `snapshot_path` and `snapshot_digest`.
    """

    template_fields: Sequence[str] = (*JobRunOperator.template_fields, "plan", "source")

    def __init__(self, *, plan: dict[str, Any], source: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(entry="prepare", **kwargs)
        self.plan = plan
        self.source = source

    def execute(self, context: Context) -> None:
        plan = TrainingPlan.model_validate(self.plan)
        spec = snapshot_spec(plan, self.source, origin_of(context["dag_run"], plan))
        storage.write_text(self.workspace, spec_path(spec.snapshot_path), spec.to_json())
        self.run_job(context, spec_path(spec.snapshot_path))
        manifest = Manifest.from_json(storage.read_text(self.workspace, manifest_path(spec.snapshot_path)))
        self._log_rows(manifest)
        context["ti"].xcom_push(key="snapshot_path", value=spec.snapshot_path)
        context["ti"].xcom_push(key="snapshot_digest", value=spec.digest)

    def _log_rows(self, manifest: Manifest) -> None:
        kept, dropped = manifest.rows_kept, manifest.rows_dropped
        self.log.info("%d rows kept, %d dropped; %s", kept, dropped, manifest.rows)
        if manifest.snapshot.as_of:
            later, as_of = manifest.rows_later, manifest.snapshot.as_of
            self.log.info("%d rows of %s or later were left out", later, as_of)


def snapshot_spec(plan: TrainingPlan, source: dict[str, Any], origin: Origin) -> SnapshotSpec:
    """What `prepare` is asked for this plan and this downloaded source."""
    determining: dict[str, Any] = {
        "source": CsvSourceSpec(source["path"], source["sha256"]),
        "split": RandomSplitSpec(**plan.split.model_dump(exclude={"kind"})),
        "categorical": plan.features.categorical,
        "numeric": plan.features.numeric,
        "label": plan.label,
        "as_of_column": plan.as_of_column,
        "as_of": origin.as_of,
    }
    digest = snapshot_digest(**determining)
    layout = RunLayout(plan.data_root, origin.dag_id, origin.dag_run_id)
    path = layout.snapshot(digest)
    return SnapshotSpec(snapshot_path=path, digest=digest, **determining)
