"""The job code, put where job runs find it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rookery.operators.bases.databricks import DatabricksOperator
from rookery.workspace.job_code import installed_job_code, upload, user_archive

if TYPE_CHECKING:
    from airflow.sdk import Context


class UploadJobCodeOperator(DatabricksOperator):
    """Upload the installed `rookery_jobs`, and the plan's `package` if it has one, into a workspace folder
    named by the digest of both.

    XCom: the fields of UploadedCode. Raises PackageError.
    """

    template_fields: Sequence[str] = ("code_root",)

    def __init__(self, *, code_root: str, package: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.code_root = code_root
        self.package = package

    def execute(self, context: Context) -> None:
        archive = user_archive(self.package, str(self.dag.fileloc)) if self.package else None
        upload(self.workspace, self.code_root, installed_job_code(archive)).push(context["ti"])
