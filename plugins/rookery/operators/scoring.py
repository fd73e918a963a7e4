"""Batch scoring: which version scores which files, and the job run that does it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowSkipException

from rookery import storage
from rookery.assets import model_asset
from rookery.exceptions import PlanError
from rookery.links import JobRunLink, ModelVersionLink, model_version_page
from rookery.operators.base import DatabricksOperator
from rookery.operators.job_run import JobRunOperator
from rookery.origin import generation
from rookery.registered_models import has_version, newest_version
from rookery.run_names import RunNames
from rookery.workspace_checks import cluster_questions, require_usable
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

VERSION_KEY = "version"


class ResolveScoringOperator(DatabricksOperator):
    """Settle which version scores which files, and skip the run if there is nothing to do.

    The version is that of the run's conf, else that of the newest asset event which triggered the run, else
    the model's newest. Without a CSV file in the input folder, and when exactly these files have been scored
    with this version, the task is skipped, and with it all others: no cluster is created.

    XCom: `spec_path` (where the ScoringSpec is), `report_path`, `plan` (JSON of the BatchScoring), and the
    names `owner`, `cluster_name`, `code_root`, `user_name`. Raises PlanError for an unknown key in the conf,
    for a version that is not there, and for a cluster that the workspace does not offer.
    """

    operator_extra_links: Sequence[BaseOperatorLink] = (ModelVersionLink(),)

    def __init__(self, *, plan: BatchScoring, other_keys: Collection[str] = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.plan = plan
        self.other_keys = other_keys

    def execute(self, context: Context) -> None:
        version = self._version(context)
        page = model_version_page(self.workspace_url, self.plan.registered_model_name, version)
        self.show_link(context, ModelVersionLink(), page)
        spec = self._spec(context, version)
        if storage.size(self.workspace, spec.report_path) is not None:
            raise self._skipped(f"version {version} has scored exactly these files: {spec.output_path}")
        require_usable(self.workspace, cluster_questions(self.plan.compute))
        self.log.info("Version %s scores %d files: %s", version, len(spec.files), spec.output_path)
        self._hand_on(context, spec)

    def _version(self, context: Context) -> str:
        name = self.plan.registered_model_name
        version = _asked_version(context["dag_run"].conf or {}, self.other_keys) or _new_version(
            context, name
        )
        if version is None:
            version = newest_version(self.workspace, name)
            if version is None:
                raise PlanError(f"the model {name!r} has no version: register one first")
        elif not has_version(self.workspace, name, version):
            raise PlanError(f"the model {name!r} has no version {version}")
        return version

    def _spec(self, context: Context, version: str) -> ScoringSpec:
        plan, run = self.plan, context["dag_run"]
        files = storage.csv_files(self.workspace, plan.input_path)
        if not files:
            raise self._skipped(f"there is no CSV file in {plan.input_path}")
        digest = scoring_digest(plan.registered_model_name, version, files)
        return ScoringSpec(
            registered_model_name=plan.registered_model_name,
            model_version=version,
            files=files,
            output_path=scoring_path(plan.output_path, version, digest),
            digest=digest,
            tmp_path=RunLayout(plan.data_root, run.dag_id, run.run_id).tmp,
            origin=Origin(run.dag_id, run.run_id, None, generation(run)),
        )

    def _skipped(self, reason: str) -> AirflowSkipException:
        self.log.info("Nothing to score: %s", reason)
        return AirflowSkipException(f"nothing to score: {reason}")

    def _hand_on(self, context: Context, spec: ScoringSpec) -> None:
        run = context["dag_run"]
        path = RunLayout(self.plan.data_root, run.dag_id, run.run_id).scoring(spec.digest)
        storage.write_text(self.workspace, path, spec.to_json())
        names = RunNames(run.dag_id, run.run_id, str(self.workspace.current_user.me().user_name))
        outcome = {
            "spec_path": path,
            "report_path": spec.report_path,
            "plan": self.plan.model_dump(mode="json"),
            "owner": names.owner,
            "cluster_name": names.cluster_name,
            "code_root": names.code_root,
            "user_name": names.user_name,
        }
        for key, value in outcome.items():
            context["ti"].xcom_push(key=key, value=value)


class ScoreOperator(JobRunOperator):
    """Have the files scored, and return the ScoringReport: how many rows were scored, how many rejected."""

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
        return {
            "predictions_path": report.predictions_path,
            "rows": report.rows,
            "scored": report.scored,
            "rejected": report.rejected,
        }


def _asked_version(conf: dict[str, Any], other_keys: Collection[str]) -> str | None:
    known = (VERSION_KEY, *other_keys)
    unknown = sorted(set(conf) - set(known))
    if unknown:
        raise PlanError(
            f"the run's conf has unknown keys: {', '.join(map(repr, unknown))}; known are {', '.join(known)}"
        )
    version = conf.get(VERSION_KEY)
    if version is None:
        return None
    if type(version) is not int or version < 1:
        raise PlanError(f"the run's conf has {VERSION_KEY} = {version!r}; it must be a whole number from 1")
    return str(version)


def _new_version(context: Context, registered_model_name: str) -> str | None:
    """The version of the newest event; an event that somebody made by hand may not name one."""
    events = context["triggering_asset_events"].get(model_asset(registered_model_name), ())
    newest = max(events, key=lambda event: event.timestamp, default=None)
    version = str((newest and newest.extra.get("version")) or "")
    return version if version.isdecimal() else None
