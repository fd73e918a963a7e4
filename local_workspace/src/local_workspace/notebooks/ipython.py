"""What notebooks have of IPython: https://ipython.readthedocs.io/en/stable/interactive/magics.html"""

import contextlib
import io
import os
import re
import shlex
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

# Names of IPython's own for commands of the shell.
SHELL_COMMANDS = frozenset({"cat", "cp", "ls", "mkdir", "mv", "rm", "rmdir"})
_NAME = re.compile(r"(?<!\$)\{(\w+)\}|\$(\w+)")


def timed(run: Callable[[], None]) -> None:
    """Run, and say how long that took."""
    began, cpu = time.perf_counter(), os.times()
    try:
        run()
    finally:
        wall, after = time.perf_counter() - began, os.times()
        user, system = after.user - cpu.user, after.system - cpu.system
        print(f"CPU times: user {_span(user)}, sys: {_span(system)}, total: {_span(user + system)}")
        print(f"Wall time: {_span(wall)}")


def silenced(run: Callable[[], None]) -> None:
    """Run without showing anything."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        run()


def write_file(text: str) -> None:
    """`%%writefile [-a] file`: the lines below the first are its content."""
    head, _, content = text.partition("\n")
    *options, name = shlex.split(head)
    file, is_more = Path(name), "-a" in options
    print(f"{'Appending to' if is_more else 'Overwriting' if file.exists() else 'Writing'} {name}")
    with file.open("a" if is_more else "w") as opened:
        opened.write(content if content.endswith("\n") else f"{content}\n")


def environment(text: str) -> None:
    """`%env`: show all variables, or one; `%env NAME=value` (or `NAME value`) sets one."""
    said = text.strip()
    name, _, value = (each.strip() for each in said.partition("=" if "=" in said else " "))
    if not name:
        print(dict(os.environ))
    elif value:
        os.environ[name] = value
        print(f"env: {name}={value}")
    else:
        print(os.environ[name])


def change_folder(text: str) -> None:
    """`%cd`: to a folder, or to one's own home."""
    os.chdir(Path(text.strip() or "~").expanduser())
    print(Path.cwd())


def show_folder(_: str) -> None:
    """`%pwd`."""
    print(repr(str(Path.cwd())))


def expanded(text: str, names: dict[str, Any]) -> str:
    """A line for the shell with `{name}` and `$name` as their values, where the notebook has such a name."""

    def value(found: re.Match[str]) -> str:
        name = found[1] or found[2]
        return str(names[name]) if name in names else found[0]

    return _NAME.sub(value, text)


def _span(seconds: float) -> str:
    if seconds < 1:
        return f"{seconds * 1000:.3g} ms"
    return f"{seconds:.3g} s"
