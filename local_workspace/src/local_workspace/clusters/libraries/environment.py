"""A cluster's own Python environment: on top of its runtime's, and gone with it.

What is installed into it comes before the runtime's packages, which stay as they are for all other clusters;
what the runtime has already is not installed again.
"""

import shlex
import shutil
import venv
from dataclasses import dataclass
from pathlib import Path

from local_workspace.clusters.libraries.pip import pip, pip_install_there
from local_workspace.clusters.runtimes.environments import Environment

# Where a cluster's Python is on Databricks, as init scripts know it.
PATHS = ("/databricks/python", "/databricks/python3")


@dataclass(frozen=True)
class ClusterEnvironment:
    """The environment below `folder`; `runtime` has the packages underneath."""

    folder: Path
    runtime: Environment

    @property
    def programs(self) -> Path:
        """The folder of `python` and `pip`."""
        return self.folder / "bin"

    @property
    def packages(self) -> Path:
        """Where packages are installed."""
        (found,) = (self.folder / "lib").glob("python3*/site-packages")
        return found

    @property
    def python(self) -> str:
        """The interpreter that sees both."""
        return str(self.programs / "python")

    def create(self) -> None:
        """A new and empty one, in place of what was there."""
        shutil.rmtree(self.folder, ignore_errors=True)
        # Every runtime here has the server's own Python, so that of the server makes all of them.
        venv.EnvBuilder(symlinks=True).create(self.folder)
        (self.packages / "runtime.pth").write_text(f"{self.runtime.packages}\n")
        script = self.programs / "pip"
        script.write_text(f'#!/bin/sh\nexec {shlex.join(pip(self.python))} "$@"\n')
        script.chmod(0o755)

    def install(self, arguments: list[str]) -> list[str]:
        """The command that installs packages into it."""
        return pip_install_there(self.python, arguments)

    @property
    def mounts(self) -> dict[str, Path]:
        """The paths by which Databricks' clusters have it."""
        return dict.fromkeys(PATHS, self.folder)
