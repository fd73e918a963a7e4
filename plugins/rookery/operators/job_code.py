"""The job code, put where job runs find it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rookery.job_code import installed_job_code
from rookery.operators.base import DatabricksOperator

if TYPE_CHECKING:
    from airflow.sdk import Context


class UploadJobCodeOperator(DatabricksOperator):
    """Upload the installed `rookery_jobs` into a workspace folder named by its digest.

    Files that are there already, byte for byte, are left alone. XCom: `code_folder` (under `/Workspace`,
    as job runs name it) and `code_digest`.
    """

    template_fields: Sequence[str] = ("code_root",)

    def __init__(self, *, code_root: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.code_root = code_root

    def execute(self, context: Context) -> None:
        code = installed_job_code()
        folder = f"{self.code_root}/{code.digest}"
        self.workspace.workspace.mkdirs(folder)
        for name, content in code.files.items():
            self._upload(f"{folder}/{name}", content)
        context["ti"].xcom_push(key="code_folder", value=f"/Workspace{folder}")
        context["ti"].xcom_push(key="code_digest", value=code.digest)

    def _upload(self, path: str, content: bytes) -> None:
        from databricks.sdk.service.workspace import ImportFormat

        if self._content(path) == content:
            self.log.info("%s is already there", path)
            return
        # A file as it is: with AUTO, Databricks decides by name and content what it is, archives included.
        self.workspace.workspace.upload(path, content, format=ImportFormat.RAW, overwrite=True)
        self.log.info("%d bytes are at %s", len(content), path)

    def _content(self, path: str) -> bytes | None:
        from databricks.sdk.errors import NotFound
        from databricks.sdk.service.workspace import ExportFormat

        try:
            with self.workspace.workspace.download(path, format=ExportFormat.AUTO) as stored:
                return bytes(stored.read())
        except NotFound:
            return None
