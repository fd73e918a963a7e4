"""Batch scoring: which version scores which files, and the job run that does it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowSkipException

from rookery.assets import model_asset
from rookery.exceptions import PlanError
from rookery.form.scoring_conf import asked_version
from rookery.installation import installation_id
from rookery.links import JobRunLink, ModelVersionLink, model_version_page
from rookery.operators.bases.first_task import FirstTaskOperator
from rookery.operators.bases.job_run import JobRunOperator
from rookery.origin import generation
from rookery.plan.questions import cluster_questions, scored_questions
from rookery.workspace import storage
from rookery.workspace.endpoints.serving import served_version
from rookery.workspace.questions import require_usable
from rookery.workspace.registered_models import has_version, newest_version
from rookery.workspace.run_names import RunNames
from rookery.xcom import Handed
from rookery_jobs.contract import (
    Origin,
    RunLayout,
    ScoringReport,
    ScoringSpec,
    scoring_digest,
    scoring_path,
)

if TYPE_CHECKING:
    from airflow.sdk import BaseOperatorLink, Context

    from rookery.plan.scoring import BatchScoring


_CALLED = {"csv": "CSV", "parquet": "Parquet"}


@dataclass(frozen=True)
class ResolvedScoring(Handed):
    """What a run will score, and the names of what it will create (`RunNames`). `spec_path` is where the
    ScoringSpec is, `plan` the JSON of the BatchScoring."""

    spec_path: str
    report_path: str
    plan: dict[str, Any]
    owner: str
    cluster_name: str
    code_root: str
    user_name: str


@dataclass(frozen=True)
class ScoredRows(Handed):
    """Where the predictions are, and what became of the rows."""

    predictions_path: str
    rows: int
    scored: int
    rejected: int


class ResolveScoringOperator(FirstTaskOperator):
    """Settle which version scores which files, and skip the run if there is nothing to do.

    The version is that of the run's conf, else the highest of the asset events that triggered the run, else
    the one that an endpoint of this Airflow serves, else the model's newest; the log says which, and why.
    Events of a backfill that was not told to deploy do not count, nor do those of a run that was cleared and
    only found again what a newer version has replaced. Without a file in the input folder, and when
    exactly these files have been scored with this version, the task is skipped, and with it all others: no
    cluster is created. What earlier runs have left behind is ended.

    XCom: the fields of ResolvedScoring. Raises PlanError for an unknown key in the conf, for a version that
    is not there, and for folders, a model or a cluster that the workspace does not offer.
    """

    operator_extra_links: Sequence[BaseOperatorLink] = (ModelVersionLink(),)

    def __init__(self, *, plan: BatchScoring, other_keys: Collection[str] = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.plan = plan
        self.other_keys = other_keys

    def execute(self, context: Context) -> None:
        run, installation = context["dag_run"], installation_id()
        asked = asked_version(run.conf or {}, self.other_keys)
        self.end_left_behind(context, installation)
        user_name = str(self.workspace.current_user.me().user_name)
        require_usable(self.workspace, scored_questions(self.plan, user_name))
        version = self._version(context, asked, installation)
        page = model_version_page(self.workspace_url, self.plan.registered_model_name, version)
        self.show_link(context, ModelVersionLink(), page)
        names = RunNames(installation, run.dag_id, run.run_id, user_name)
        layout = RunLayout(names.data_root(self.plan.data_root), run.dag_id, run.run_id)
        spec = self._spec(context, version, layout, generation(run))
        if storage.size(self.workspace, spec.report_path) is not None:
            raise self._idle(context, f"version {version} has scored exactly these files: {spec.output_path}")
        require_usable(self.workspace, cluster_questions(self.plan.compute, user_name))
        self.log.info("Version %s scores %d files: %s", version, len(spec.files), spec.output_path)
        self._hand_on(context, spec, layout, names)

    def _version(self, context: Context, asked: str | None, installation: str) -> str:
        name = self.plan.registered_model_name
        version, why = asked, "the run's conf asks for it"
        if version is None:
            version, why = self._announced(context, name), "its registration has triggered the run"
        if version is None:
            version, why = self._present(name, installation)
        elif not has_version(self.workspace, name, version):
            raise PlanError(f"the model {name!r} has no version {version}")
        self.log.info("Version %s of %s is used: %s", version, name, why)
        return version

    def _present(self, name: str, installation: str) -> tuple[str, str]:
        """The version that is used where nobody has said which, and why."""
        served = served_version(self.workspace, name, installation)
        if served:
            return served.version, f"the endpoint {served.endpoint_name} serves it"
        newest = newest_version(self.workspace, name)
        if newest is None:
            raise PlanError(f"the model {name!r} has no version: register one first")
        return newest, "no endpoint serves the model, and it is the newest"

    def _announced(self, context: Context, name: str) -> str | None:
        """The version of the events that triggered the run; one that somebody made by hand may name none."""
        events = context["triggering_asset_events"].get(model_asset(name), ())
        counting = [event for event in events if not event.extra.get("backfill")]
        if events and not counting:
            raise self._idle(
                context, "the versions that started this run are a backfill's, not told to deploy"
            )
        versions = {str(event.extra.get("version") or ""): event for event in counting}
        version = max(filter(str.isdecimal, versions), key=int, default=None)
        if version and versions[version].extra.get("generation", 1) != 1:
            self._require_newest(context, name, version)
        return version

    def _require_newest(self, context: Context, name: str, version: str) -> None:
        newest = newest_version(self.workspace, name)
        if newest and int(newest) > int(version):
            text = f"version {version} was found again by a cleared run; the newest is {newest}"
            raise self._idle(context, text)

    def _spec(self, context: Context, version: str, layout: RunLayout, generation: int) -> ScoringSpec:
        plan = self.plan
        files = storage.data_files(self.workspace, plan.input_path, plan.format)
        if not files:
            raise self._idle(context, f"there is no {_CALLED[plan.format]} file in {plan.input_path}")
        read: dict[str, Any] = {"format": plan.format, "csv": plan.written, "missing": plan.missing}
        digest = scoring_digest(plan.registered_model_name, version, files, **read)
        return ScoringSpec(
            registered_model_name=plan.registered_model_name,
            model_version=version,
            files=files,
            output_path=scoring_path(plan.output_path, version, digest),
            digest=digest,
            tmp_path=layout.tmp,
            origin=Origin(layout.dag_id, layout.run_id, None, generation),
            **read,
        )

    def _idle(self, context: Context, reason: str) -> AirflowSkipException:
        return self.skipped(context, f"nothing to score: {reason}")

    def _hand_on(self, context: Context, spec: ScoringSpec, layout: RunLayout, names: RunNames) -> None:
        path = layout.scoring(spec.digest)
        storage.write_text(self.workspace, path, spec.to_json())
        ResolvedScoring(
            spec_path=path,
            report_path=spec.report_path,
            plan=self.plan.model_dump(mode="json"),
            owner=names.owner,
            cluster_name=names.cluster_name,
            code_root=names.code_root,
            user_name=names.user_name,
        ).push(context["ti"])


class ScoreOperator(JobRunOperator):
    """Have the files scored, and return the ScoredRows: how many rows were scored, how many rejected."""

    template_fields: Sequence[str] = (*JobRunOperator.template_fields, "spec_path", "report_path")
    operator_extra_links: Sequence[BaseOperatorLink] = (JobRunLink(), ModelVersionLink())

    def __init__(self, *, spec_path: str, report_path: str, **kwargs: Any) -> None:
        super().__init__(entry="score", **kwargs)
        self.spec_path = spec_path
        self.report_path = report_path

    def execute(self, context: Context) -> dict[str, Any]:
        self.run_job(context, self.spec_path)
        report = ScoringReport.from_json(storage.read_text(self.workspace, self.report_path))
        name, version = report.registered_model_name, report.model_version
        self.show_link(context, ModelVersionLink(), model_version_page(self.workspace_url, name, version))
        self.log.info("%d rows: %d scored, %d rejected", report.rows, report.scored, report.rejected)
        return ScoredRows(report.predictions_path, report.rows, report.scored, report.rejected).to_xcom()
