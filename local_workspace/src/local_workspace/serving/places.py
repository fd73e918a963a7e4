"""Folders and sockets of served versions. What is left there at a start belongs to a server that is gone."""

import secrets
import shutil
import tempfile
from pathlib import Path

from local_workspace.serving.served_model import Places
from local_workspace.settings import Settings

# The kernel's limit for the path of a socket is 108 bytes on Linux, 104 on macOS, with a closing NUL.
LONGEST_SOCKET_PATH = 100


class ServingPlaces:
    """Gives every served version a folder and a socket of its own, for the owner alone."""

    def __init__(self, settings: Settings) -> None:
        self._folders = settings.served_models
        self._sockets = settings.sockets
        self._elsewhere: Path | None = None

    def clear(self) -> None:
        """Remove what earlier servers left; nothing may be served yet."""
        for folder in (self._folders, self._sockets):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(mode=0o700, parents=True)
        if len(str(self._sockets / "0123456789.sock").encode()) > LONGEST_SOCKET_PATH:
            self._sockets = self._elsewhere = Path(tempfile.mkdtemp(prefix="local-workspace-"))

    def remove(self) -> None:
        """Leave nothing outside of the root; nothing is served any more."""
        if self._elsewhere is not None:
            shutil.rmtree(self._elsewhere, ignore_errors=True)

    def new(self, name: str) -> Places:
        """Places for a version served under `name`."""
        mark = secrets.token_hex(5)
        return Places(self._folders / f"{name}-{mark}", self._sockets / f"{mark}.sock")
