"""The training data: one job run makes a snapshot of the source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rookery.operators.bases.databricks import PlanOperator
from rookery.operators.bases.job_run import JobRunOperator
from rookery.origin import origin_of
from rookery.workspace import storage
from rookery.workspace.promotion.champions import champion_of, snapshot_of
from rookery.xcom import Handed
from rookery_jobs.contract import (
    EQUAL,
    IGNORE,
    TEXT_RULE,
    Manifest,
    Origin,
    RunLayout,
    SnapshotSpec,
    manifest_path,
    pinned_path,
    snapshot_digest,
    spec_path,
)

if TYPE_CHECKING:
    from airflow.sdk import Context

    from rookery.plan.training import TrainingPlan


@dataclass(frozen=True)
class Snapshot(Handed):
    """Where a snapshot is, and the digest of all that determines it."""

    snapshot_path: str
    snapshot_digest: str


class PrepareDataOperator(JobRunOperator, PlanOperator):
    """Have the source cleaned and split into a snapshot on the data root.

    `source` is what `download_data` returned. XCom: the fields of Snapshot.
    """

    template_fields: Sequence[str] = (*JobRunOperator.template_fields, "plan", "source")

    def __init__(self, *, source: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(entry="prepare", **kwargs)
        self.source = source

    def execute(self, context: Context) -> None:
        plan = self.training_plan
        origin = origin_of(context["dag_run"], plan)
        spec = snapshot_spec(plan, self.source, origin, self._champion_snapshot())
        storage.write_text(self.workspace, spec_path(spec.snapshot_path), spec.to_json())
        self.run_job(context, spec_path(spec.snapshot_path))
        made = self._made(spec)
        manifest = Manifest.from_json(storage.read_text(self.workspace, manifest_path(made.snapshot_path)))
        self._log_rows(manifest)
        Snapshot(made.snapshot_path, made.digest).push(context["ti"])

    def _made(self, spec: SnapshotSpec) -> SnapshotSpec:
        """The snapshot that was made: which one it is, is known now, if the source is read in place."""
        if spec.source.is_pinned:
            return spec
        return SnapshotSpec.from_json(storage.read_text(self.workspace, pinned_path(spec.snapshot_path)))

    def _champion_snapshot(self) -> str:
        plan = self.training_plan
        if not plan.deploy or plan.expectations.on_drift == IGNORE:
            return ""
        name = plan.registry.registered_model_name
        version = champion_of(self.workspace, name, plan.endpoint.name)
        path = snapshot_of(self.workspace, name, version) if version else None
        if version and path is None:
            self.log.info("Version %s does not say on which snapshot it was trained: no drift", version)
        return path or ""

    def _log_rows(self, manifest: Manifest) -> None:
        kept, dropped = manifest.rows_kept, manifest.rows_dropped
        self.log.info("%d rows kept, %d dropped; %s", kept, dropped, manifest.rows)
        if manifest.snapshot.as_of:
            later, as_of = manifest.rows_later, manifest.snapshot.as_of
            self.log.info("%d rows of %s or later were left out", later, as_of)
        for finding in manifest.findings:
            self.log.warning("Data gate: %s", finding)


def snapshot_spec(
    plan: TrainingPlan, source: Mapping[str, Any], origin: Origin, champion_snapshot: str = ""
) -> SnapshotSpec:
    """What `prepare` is asked for this plan and its source, where that has landed (an XCom);
    `champion_snapshot` is the path of the one to compare it with, if there is one."""
    determining: dict[str, Any] = {
        "source": plan.source.landed(source).spec(),
        "split": plan.split.spec(),
        "categorical": plan.features.categorical,
        "numeric": plan.features.numeric,
        "label": plan.label,
        "as_of_column": plan.as_of_column,
        "as_of": origin.as_of,
        "text_rule": TEXT_RULE,
        "label_type": plan.type_of_label,
        "treatment": plan.features.treatment,
        "class_weights": plan.class_weights if isinstance(plan.class_weights, str) else EQUAL,
        "label_weights": plan.label_weights,
        "boolean": plan.features.boolean,
        "probabilities": plan.probabilities,
    }
    digest = snapshot_digest(**determining)
    path = RunLayout(plan.data_root, origin.dag_id, origin.dag_run_id).snapshot(digest)
    return SnapshotSpec(
        snapshot_path=path,
        digest=digest,
        max_dropped_share=plan.max_dropped_share,
        max_classes=plan.max_classes,
        max_categories=plan.max_categories,
        expectations=plan.expectations.spec(champion_snapshot),
        measured_labels=plan.labels_measured,
        **determining,
    )
