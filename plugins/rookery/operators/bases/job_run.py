"""A job run on the cluster, submitted once and watched to its end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.sdk.exceptions import AirflowTaskTimeout

from rookery.exceptions import TaskStopped
from rookery.links import JobRunLink
from rookery.operators.bases.databricks import DatabricksOperator
from rookery.operators.bases.own_state import another_try_goes_on
from rookery.redaction import redacted
from rookery.workspace.job_runs import Intent, Try, failure, submit, succeeded, wait_until_over
from rookery_jobs.contract import SCRIPT

if TYPE_CHECKING:
    from airflow.sdk import BaseOperatorLink, Context

# Databricks ends a run that takes too long; until its end is seen, this task waits.
_AFTER_TIMEOUT_SECONDS = 600


class JobRunOperator(DatabricksOperator):
    """Run an entry point of the uploaded job code (`run.py <code folder> <entry> <arguments>`).

    A retry attaches to the run of an earlier try if that is active or succeeded; a cleared task submits a
    new one; a task that is stopped cancels its run, unless another try goes on with it. Returns the run id.
    Raises JobRunError, with the error of the job code, for every end but SUCCESS; it is retriable for what
    happened to the run, but not if somebody has cancelled it in Databricks, nor if it took longer than
    `timeout_seconds`, unless another run `goes_on`.
    """

    goes_on: ClassVar[bool] = False
    """Whether a run begins where an earlier one of the same arguments has ended, not from the start."""

    template_fields: Sequence[str] = ("existing_cluster_id", "code_folder", "arguments", "run_name")
    operator_extra_links: Sequence[BaseOperatorLink] = (JobRunLink(),)

    def __init__(
        self,
        *,
        existing_cluster_id: str,
        code_folder: str,
        entry: str,
        arguments: Sequence[str] = (),
        run_name: str = "{{ task.task_id }}",
        timeout_seconds: int = 3600,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.existing_cluster_id = existing_cluster_id
        self.code_folder = code_folder
        self.entry = entry
        self.arguments = arguments
        self.run_name = run_name
        self.timeout_seconds = timeout_seconds
        self.job_run_id: int | None = None

    def execute(self, context: Context) -> Any:
        return self.run_job(context, *self.arguments)

    def run_job(self, context: Context, *arguments: str) -> int:
        """Do the run with these arguments and return its id."""
        try:
            return self._done(context, arguments)
        except AirflowTaskTimeout:
            self._cancel()
            raise
        except TaskStopped as stopped:
            raise TaskStopped(f"{stopped}{self._given_up(context)}") from None

    def _done(self, context: Context, arguments: Sequence[str]) -> int:
        instance = context["ti"]
        this_try = Try.of(instance.try_number, instance.max_tries, int(self.retries or 0))
        run, is_adopted = submit(self.workspace, self._intent(context, arguments), this_try, self._submitted)
        if run.run_page_url:
            self.show_link(context, JobRunLink(), run.run_page_url)
        run = wait_until_over(self.workspace, run, self.timeout_seconds + _AFTER_TIMEOUT_SECONDS)
        if not succeeded(run):
            raise failure(self.workspace, run, is_adopted=is_adopted, goes_on=self.goes_on)
        return int(run.run_id or 0)

    def _submitted(self, run_id: int) -> None:
        self.job_run_id = run_id

    def _given_up(self, context: Context) -> str:
        """What becomes of the run that this try submitted or attached to, in words."""
        if self.job_run_id is None:
            return ""
        if another_try_goes_on(context["ti"]):
            return f"; job run {self.job_run_id} goes on, for the next try of this task"
        return f"; {self._cancel()}"

    def _cancel(self) -> str:
        if self.job_run_id is None:
            return ""
        try:
            self.workspace.jobs.cancel_run(self.job_run_id)
        except Exception as error:
            return f"job run {self.job_run_id} could not be cancelled: {redacted(str(error))}"
        return f"job run {self.job_run_id} is cancelled"

    def _intent(self, context: Context, arguments: Sequence[str]) -> Intent:
        instance = context["ti"]
        return Intent(
            dag_id=instance.dag_id,
            run_id=instance.run_id,
            task_id=instance.task_id,
            map_index=instance.map_index if instance.map_index is not None else -1,
            existing_cluster_id=self.existing_cluster_id,
            python_file=f"{self.code_folder}/{SCRIPT}",
            parameters=(self.code_folder, self.entry, *arguments),
            run_name=f"{self.run_name} of {instance.dag_id}, {instance.run_id}",
            timeout_seconds=self.timeout_seconds,
        )
