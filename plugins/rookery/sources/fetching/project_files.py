"""The files of the project's data folder, which a source may be."""

from __future__ import annotations

import os
from pathlib import Path

from rookery.exceptions import DownloadError

DATA_FOLDER_VARIABLE = "ROOKERY_DATA_FOLDER"


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
