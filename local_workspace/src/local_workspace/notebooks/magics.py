"""What the magics of cells and lines do: https://docs.databricks.com/notebooks/notebooks-code"""

import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from local_workspace.dbutils.display import display
from local_workspace.notebooks.ipython import (
    SHELL_COMMANDS,
    change_folder,
    environment,
    expanded,
    show_folder,
    timed,
)
from local_workspace.notebooks.python_cell import run_python
from local_workspace.notebooks.sql import arguments_of, queries_of, with_widgets

# Magics of Jupyter that change nothing where output is text.
_WITHOUT_EFFECT = frozenset({"matplotlib", "config", "autoreload", "load_ext"})
# What pip tells of the packages that are there.
_PIP_TELLS = ("freeze", "list")


class MagicNotOffered(Exception):
    """The local workspace does not have this magic."""


class ShellFailed(Exception):
    """A shell cell with the option -e, or pip, has ended with an error."""


class Magics:
    """Magics of one notebook run. `mounts`: paths of plain files (/dbfs, …) and where they are here.

    `pip` is the command that installs for this run alone; `show` is given the rows of queries.
    """

    def __init__(
        self,
        namespace: dict[str, Any],
        mounts: dict[str, str],
        pip: list[str],
        show: Callable[[Any], object] = display,
    ) -> None:
        self._namespace = namespace
        self._mounts = mounts
        self._pip = pip
        self._show = show

    def line(self, name: str, text: str) -> list[str] | None:
        """One line of a Python cell. Raises `MagicNotOffered`.

        `!` runs a command of the shell; `!=` too, and returns the lines that it has printed.
        """
        if name in _WITHOUT_EFFECT:
            return None
        if name == "!=":
            return self._shell(expanded(text, self._namespace))[0].splitlines()
        known: dict[str, Callable[[str], None]] = {
            "!": lambda command: self.sh(expanded(command, self._namespace)),
            "sh": self.sh,
            "pip": self.pip,
            "fs": self.fs,
            "cd": lambda folder: change_folder(self._here(folder)),
            "pwd": show_folder,
            "env": environment,
            "set_env": environment,
            "restart_python": lambda _: self.restart_python(),
            "time": lambda source: timed(lambda: self._python(source)),
            **{each: self._command(each) for each in SHELL_COMMANDS},
        }
        if name not in known:
            raise MagicNotOffered(f"%{name} is not offered by the local workspace.")
        known[name](text)
        return None

    def _python(self, source: str) -> None:
        run_python(source, self._namespace, "<timed>", self.line)

    def _command(self, name: str) -> Callable[[str], None]:
        return lambda text: self.sh(f"{name} {expanded(text, self._namespace)}")

    def sql(self, text: str) -> None:
        """A query, or several between semicolons; the last one's rows are shown, and are `_sqldf`.

        `:name` and `${name}` are the values of widgets.
        """
        dbutils = self._namespace.get("dbutils")
        values: dict[str, str] = dbutils.widgets.getAll() if dbutils else {}
        queries = [with_widgets(query, values) for query in queries_of(text)]
        for query in queries:
            arguments = arguments_of(query, values)
            spark = self._namespace["spark"]
            self._namespace["_sqldf"] = spark.sql(query, args=arguments) if arguments else spark.sql(query)
        if queries and self._namespace["_sqldf"].columns:
            self._show(self._namespace["_sqldf"])

    def sh(self, text: str) -> None:
        """A Bash script on the driver; it fails the cell with the option -e only."""
        has_option = re.match(r"-e\b", text)
        shown, code = self._shell(text[2:] if has_option else text, *(["-e"] if has_option else []))
        sys.stdout.write(shown)
        if has_option and code:
            raise ShellFailed(f"The shell command ended with exit code {code}.")

    def _shell(self, script: str, *options: str) -> tuple[str, int]:
        """What a script prints, and its exit code."""
        return _ended(["/bin/bash", *options, "-c", self._here(script)])

    def pip(self, text: str) -> None:
        """Install packages for this run alone, or tell which are there. Raises `ShellFailed`."""
        command, *arguments = shlex.split(expanded(text, self._namespace)) or [""]
        if command == "install":
            asked = [*self._pip, *map(self._here, arguments)]
        elif command in _PIP_TELLS:
            folders = [f"--path={each}" for each in sys.path if Path(each).is_dir()]
            program = self._pip[: self._pip.index("install")]
            asked = [*program, command, *folders, "--disable-pip-version-check", *arguments]
        else:
            offered = ", ".join(("install", *_PIP_TELLS))
            raise MagicNotOffered(
                f"%pip {command} is not offered by the local workspace, only {offered} are."
            )
        shown, code = _ended(asked)
        sys.stdout.write(shown)
        if code:
            raise ShellFailed(f"pip ended with exit code {code}.")

    def restart_python(self) -> None:
        """The notebook's Python begins anew."""
        self._namespace["dbutils"].library.restartPython()

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


def _ended(command: list[str]) -> tuple[str, int]:
    """What a command has printed, and its exit code."""
    ended = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    return ended.stdout.decode(errors="replace"), ended.returncode
