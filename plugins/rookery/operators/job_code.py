"""The job code, put where job runs find it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rookery.operators.bases.databricks import DatabricksOperator
from rookery.workspace.job_code import installed_job_code, upload

if TYPE_CHECKING:
    from airflow.sdk import Context


class UploadJobCodeOperator(DatabricksOperator):
    """Upload the installed `rookery_jobs` into a workspace folder named by its digest.

    XCom: the fields of UploadedCode.
    """

    template_fields: Sequence[str] = ("code_root",)

    def __init__(self, *, code_root: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.code_root = code_root

    def execute(self, context: Context) -> None:
        upload(self.workspace, self.code_root, installed_job_code()).push(context["ti"])
