"""What the magics of cells and lines do: https://docs.databricks.com/notebooks/notebooks-code"""

import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from local_workspace.dbutils.display import display

# Magics of Jupyter that change nothing where output is text.
_WITHOUT_EFFECT = frozenset({"matplotlib", "config", "autoreload", "load_ext"})


class MagicNotOffered(Exception):
    """The local workspace does not have this magic."""


class ShellFailed(Exception):
    """A shell cell with the option -e, or pip, has ended with an error."""


class Magics:
    """Magics of one notebook run. `mounts`: paths of plain files (/dbfs, …) and where they are here."""

    def __init__(self, namespace: dict[str, Any], mounts: dict[str, str], pip: list[str]) -> None:
        self._namespace = namespace
        self._mounts = mounts
        self._pip = pip

    def line(self, name: str, text: str) -> None:
        """One line of a Python cell. Raises `MagicNotOffered`."""
        if name in _WITHOUT_EFFECT:
            return
        known: dict[str, Callable[[str], None]] = {
            "!": self.sh,
            "sh": self.sh,
            "pip": self.pip,
            "fs": self.fs,
        }
        if name not in known:
            raise MagicNotOffered(f"%{name} is not offered by the local workspace.")
        known[name](text)

    def sql(self, text: str) -> None:
        """A query, or several between semicolons; the last one's rows are shown, and are `_sqldf`."""
        queries = [query for query in re.split(r";[ \t]*(?:\n|$)", text) if query.strip()]
        for query in queries:
            self._namespace["_sqldf"] = self._namespace["spark"].sql(query)
        if queries and self._namespace["_sqldf"].columns:
            display(self._namespace["_sqldf"])

    def sh(self, text: str) -> None:
        """A Bash script on the driver; it fails the cell with the option -e only."""
        has_option = re.match(r"-e\b", text)
        script = self._here(text[2:] if has_option else text)
        ended = subprocess.run(
            ["/bin/bash", *(["-e"] if has_option else []), "-c", script],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        sys.stdout.write(ended.stdout.decode(errors="replace"))
        if has_option and ended.returncode:
            raise ShellFailed(f"The shell command ended with exit code {ended.returncode}.")

    def pip(self, text: str) -> None:
        """Install packages for this run alone. Raises `ShellFailed`."""
        command, *arguments = shlex.split(text)
        if command != "install":
            raise MagicNotOffered(f"%pip {command} is not offered by the local workspace, only install is.")
        ended = subprocess.run(
            [*self._pip, *map(self._here, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        sys.stdout.write(ended.stdout.decode(errors="replace"))
        if ended.returncode:
            raise ShellFailed(f"pip ended with exit code {ended.returncode}.")

    def fs(self, text: str) -> None:
        """A call of `dbutils.fs` in one line."""
        name, *arguments = shlex.split(text)
        shown = getattr(self._namespace["dbutils"].fs, name)(*arguments)
        for each in shown if isinstance(shown, list) else [shown]:
            print(each)

    def _here(self, text: str) -> str:
        """A text with the paths of plain files as they are on this machine."""
        for path, here in self._mounts.items():
            if not Path(path).exists():
                text = re.sub(rf"(?<![\w./-]){re.escape(path)}(?=[/\s;'\"]|$)", lambda _, to=here: to, text)  # type: ignore[misc]
        return text
