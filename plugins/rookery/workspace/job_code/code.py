"""The job code as it travels: one zip of the installed `rookery_jobs`, one of the user's package if there is
one, and the script that every job run starts."""

from __future__ import annotations

import hashlib
from importlib import resources
from typing import NamedTuple

from rookery.workspace.job_code.archive import archive_of
from rookery_jobs.contract import ARCHIVE, PACKAGE, SCRIPT, USER_ARCHIVE


class JobCode(NamedTuple):
    """The files of one code folder, by name, in the order they are uploaded: the script that needs the
    archives comes last."""

    files: dict[str, bytes]

    @property
    def digest(self) -> str:
        """The first 16 hex digits of the SHA-256 of all files: the name of the code folder."""
        whole = hashlib.sha256()
        for name, content in self.files.items():
            whole.update(f"{name}\0{len(content)}\0".encode())
            whole.update(content)
        return whole.hexdigest()[:16]


def installed_job_code(user_archive: bytes | None = None) -> JobCode:
    """The job code of this environment, and a package of the user's beside it."""
    package = resources.files(PACKAGE)
    user = {} if user_archive is None else {USER_ARCHIVE: user_archive}
    return JobCode({ARCHIVE: archive_of(package, PACKAGE), **user, SCRIPT: (package / SCRIPT).read_bytes()})
