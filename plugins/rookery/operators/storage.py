"""The source data, fetched with suspicion and put on the data root."""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import urlsplit

from rookery import storage
from rookery.data_url import Fetched, Limits, copy_file, download, redacted
from rookery.exceptions import DownloadError
from rookery.operators.base import DatabricksOperator
from rookery.plan.training import TrainingPlan
from rookery_jobs.contract import RunLayout, slug

if TYPE_CHECKING:
    from airflow.sdk import Context

DATA_FOLDER_VARIABLE = "ROOKERY_DATA_FOLDER"

_HEADER_LIMIT = 1 << 20


class DownloadDataOperator(DatabricksOperator):
    """Fetch the plan's source, check its header line, and put it on the data root under its sha256.

    A file source is looked up under the folder that ROOKERY_DATA_FOLDER names, else in the folder `data`
    beside the one that holds the DAG file. Returns `{"path", "sha256", "size", "url"}`.
    Raises DownloadError for a refused or failing URL, a limit exceeded, or columns that are missing.
    """

    template_fields: Sequence[str] = ("plan",)

    def __init__(self, *, plan: dict[str, Any], limits: Limits | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.plan = plan
        self.limits = limits or Limits()

    def execute(self, context: Context) -> dict[str, str | int]:
        plan = TrainingPlan.model_validate(self.plan)
        run = context["dag_run"]
        layout = RunLayout(plan.data_root, run.dag_id, run.run_id)
        with tempfile.TemporaryFile() as content:
            fetched = self._fetch(plan, content)
            check_header(content, plan)
            path = layout.source(fetched.sha256, _file_name(plan.source.url))
            self._upload(content, path, fetched)
        return {
            "path": path,
            "sha256": fetched.sha256,
            "size": fetched.size,
            "url": redacted(plan.source.url),
        }

    def _fetch(self, plan: TrainingPlan, content: BinaryIO) -> Fetched:
        url = plan.source.url
        if urlsplit(url).scheme:
            return download(url, content, allowed_hosts=plan.source.allowed_hosts, limits=self.limits)
        return copy_file(project_file(url, data_folder(str(self.dag.fileloc))), content, limits=self.limits)

    def _upload(self, content: BinaryIO, path: str, fetched: Fetched) -> None:
        if storage.size(self.workspace, path) == fetched.size:
            self.log.info("%s is already there", path)
            return
        content.seek(0)
        storage.upload(self.workspace, path, content)
        self.log.info("%d bytes with sha256 %s are at %s", fetched.size, fetched.sha256, path)


def data_folder(dag_file: str) -> Path:
    """The project's data folder: ROOKERY_DATA_FOLDER, else `data` beside the folder of the DAG file."""
    named = os.environ.get(DATA_FOLDER_VARIABLE)
    return Path(named) if named else Path(dag_file).resolve().parent.parent / "data"


def project_file(url: str, folder: Path) -> Path:
    """The file that `data/…` means, if it is in the folder and no link leads out of it.

    Raises DownloadError.
    """
    base = folder.resolve()
    path = (base / url.removeprefix("data/")).resolve()
    if not path.is_relative_to(base):
        raise DownloadError(f"{url!r} leads out of the data folder {base}")
    if not path.is_file():
        raise DownloadError(f"{url!r} is not a file in the data folder {base}")
    return path


def check_header(content: BinaryIO, plan: TrainingPlan) -> None:
    """Raise DownloadError unless the CSV's first line names every column of the plan once."""
    content.seek(0)
    line = content.readline(_HEADER_LIMIT)
    try:
        names = next(csv.reader(io.StringIO(line.decode("utf-8-sig"))), [])
    except (UnicodeDecodeError, csv.Error) as error:
        raise DownloadError(f"{redacted(plan.source.url)} is not CSV in UTF-8: {error}") from error
    wanted = [*plan.features.categorical, *plan.features.numeric, plan.label]
    wanted += [name for name in (plan.split.split_key, plan.as_of_column) if name]
    wrong = [name for name in wanted if names.count(name) != 1]
    if wrong:
        shown = ", ".join(name[:50] for name in names[:50]) or "nothing"
        raise DownloadError(
            f"{redacted(plan.source.url)} must have the columns {', '.join(wrong)} once each in its header "
            f"line; found there: {shown}"
        )


def _file_name(url: str) -> str:
    stem = PurePosixPath(urlsplit(url).path).name.removesuffix(".csv")
    return f"{slug(stem or 'source')}.csv"
