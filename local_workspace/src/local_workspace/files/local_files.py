"""Where a path of the workspace is on this machine, for what runs here.

What plain Python can open on a cluster (`/Workspace/…`, `/dbfs/…`) exists under that name where a cluster's
processes can have a root of their own (see `private_root`), and there only. So parameters of a run that begin
so are translated to the real path, which is there in any case; the API answers them as they were sent. Paths
for Spark (`dbfs:/…`, `/Volumes/…`) need no translation.
"""

from pathlib import Path

from local_workspace.errors import InvalidParameterValue
from local_workspace.files.paths import below
from local_workspace.files.workspace import WorkspaceFiles


class LocalFiles:
    """Paths of DBFS, of volumes and of the workspace, as files of this machine."""

    def __init__(self, dbfs: Path, workspace: WorkspaceFiles) -> None:
        self._dbfs = dbfs
        self._workspace = workspace

    def path(self, name: str) -> Path:
        """The file that a client's path names, there or not; `InvalidParameterValue` if it is not plain."""
        if name.startswith("dbfs:/"):
            return below(self._dbfs, "/" + name.removeprefix("dbfs:").lstrip("/"))
        if name.startswith("/dbfs/"):
            return below(self._dbfs, name.removeprefix("/dbfs"))
        if name.startswith("/Volumes/"):
            return below(self._dbfs, name)
        return self._workspace.local_path(name)

    def has(self, name: str) -> bool:
        """Whether a client's path names a file."""
        try:
            return self.path(name).is_file()
        except InvalidParameterValue:
            return False

    def is_notebook(self, name: str) -> bool:
        """Whether a client's path names a notebook, which is no file to those who run files."""
        is_elsewhere = name.startswith(("dbfs:/", "/dbfs/", "/Volumes/"))
        return not is_elsewhere and self._workspace.is_notebook(name)

    def language(self, name: str) -> str:
        """The language of a notebook's cells: PYTHON, SQL, SCALA or R."""
        return str(self._workspace.status(name)["language"])

    def translated(self, parameter: str) -> str:
        """A run's parameter as plain Python can use it here."""
        if not parameter.startswith(("/Workspace/", "/dbfs/")):
            return parameter
        try:
            return str(self.path(parameter))
        except InvalidParameterValue:  # not a path after all
            return parameter
