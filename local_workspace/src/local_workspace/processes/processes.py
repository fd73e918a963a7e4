"""The server's child processes: started with little of its environment, recorded, and ended for certain.

Every child has a guard (see `guard`), which is the process that the server knows: it ends as its child does,
and with it ends all that the child has started. Its standard input is a life line, so that a child does not
outlive the server. What is left all the same after `kill -9` of the server, such as a process that was
suspended, is found by its pid and creation time at the next start on the same root.
"""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Protocol

import psutil

from local_workspace.store import Store

# What a child may see of the server's environment: how to find programs, how to read text, whom to trust.
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")
_SECONDS_TO_DIE = 5.0
_SECONDS_BETWEEN_LOOKS = 0.01
_GUARD = Path(__file__).with_name("guard.py")
_MOUNTED = Path(__file__).with_name("mounted.py")


def base_environment(home: Path) -> dict[str, str]:
    """The environment of every child, before its own variables are added; `home` becomes its HOME."""
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {"LANG": "C.UTF-8"} | passed_on | {"HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"}


def _mounting(mounts: Mapping[str, Path] | None, cwd: Path) -> list[str]:
    """What runs a command with mounts; its root is made in `cwd`."""
    if not mounts:
        return []
    root = cwd / "root"
    root.mkdir(exist_ok=True)
    pairs = [f"{path}={folder.resolve()}" for path, folder in mounts.items()]
    return [sys.executable, "-I", "-S", str(_MOUNTED), str(root.resolve()), *pairs, "--"]


def mount_problem(mounts: Mapping[str, Path]) -> str:
    """Why commands do not find these folders under their paths on this machine; "" if they do."""
    nothing = [sys.executable, "-I", "-S", "-c", ""]
    with tempfile.TemporaryDirectory() as folder:
        command = [*_mounting(mounts, Path(folder)), *nothing]
        tried = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    return tried.stderr.decode(errors="replace").strip()


class Child(Protocol):
    """The guard of a child: what `subprocess.Popen` has, as far as it is needed."""

    pid: int
    returncode: int | Any  # of a process that has been waited for

    @property
    def stdin(self) -> IO[bytes] | None:
        """The life line."""

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, once it has ended. Raises `subprocess.TimeoutExpired`."""

    def terminate(self) -> None:
        """Ask it to end."""


class Processes:
    """Children of the server, recorded in the store while they run."""

    def __init__(self, store: Store) -> None:
        self._records = store.collection("processes")

    def spawn(
        self,
        name: str,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        cwd: Path,
        output: Path,
        files: Sequence[int] = (),
        mounts: Mapping[str, Path] | None = None,
    ) -> subprocess.Popen[bytes]:
        """Start `command` under a guard; stdout and stderr go to `output`. Returns the guard.

        `files` are open files that the command finds under the same numbers; `mounts` are folders that it
        finds under other paths, where this machine can do that (see `mounted`).
        """
        command = [*_mounting(mounts, cwd), *command]
        with output.open("ab") as sink:
            process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(_GUARD), *command],
                stdin=subprocess.PIPE,
                stdout=sink,
                stderr=subprocess.STDOUT,
                env=dict(environment),
                cwd=cwd,
                start_new_session=True,
                pass_fds=files,
            )
        self.record(name, process.pid)
        return process

    def record(self, name: str, pid: int) -> None:
        """Remember a child, to end it after a crash; one that has already ended is not remembered."""
        with contextlib.suppress(psutil.NoSuchProcess):
            born = psutil.Process(pid).create_time()
            self._records.put(str(pid), {"name": name, "pid": pid, "create_time": born})

    def forget(self, pid: int) -> None:
        """A process has ended and been waited for."""
        self._records.delete(str(pid))

    def end(self, process: Child, seconds: float = _SECONDS_TO_DIE) -> None:
        """Ask the child to end, have what is left of it killed after `seconds`, wait for it, forget it."""
        if process.poll() is None:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(seconds)
        if process.stdin is not None:
            with contextlib.suppress(OSError):
                process.stdin.close()
        try:
            process.wait(_SECONDS_TO_DIE)
        except subprocess.TimeoutExpired:  # the guard is suspended
            _kill_tree(process.pid)
            process.wait()
        self.forget(process.pid)

    def end_strays(self, home: Path) -> int:
        """Kill what has its HOME in `home`, whatever group or parent it went to; how many were there.

        For systems where a guard cannot adopt orphans, and for what ran when a guard was killed.
        """
        ended = 0
        while strays := _at_home(home):
            for stray in strays:
                with contextlib.suppress(psutil.NoSuchProcess):
                    stray.kill()
            psutil.wait_procs(strays, timeout=_SECONDS_TO_DIE)
            ended += len(strays)
        return ended

    def names(self) -> list[str]:
        """The names of the children that run, oldest first."""
        return [record["name"] for record in self._records.values()]

    def end_leftovers(self) -> list[str]:
        """Kill every recorded process that still runs, with all below it; return the names of those."""
        found = []
        for record in self._records.values():
            if _is_left(record["pid"], record["create_time"]):
                found.append(record["name"])
                _kill_tree(record["pid"])
            self.forget(record["pid"])
        return found


def _is_left(pid: int, born: float) -> bool:
    """Whether this leader's group still has a process: a pid is never given anew while it names a group."""
    with contextlib.suppress(psutil.NoSuchProcess):
        if abs(psutil.Process(pid).create_time() - born) > 1.0:
            return False
    return bool(_members(pid))


def _members(group: int) -> list[psutil.Process]:
    members = []
    for process in psutil.process_iter():
        with contextlib.suppress(ProcessLookupError, psutil.NoSuchProcess):
            if os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE:
                members.append(process)
    return members


def _at_home(home: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if (
                process.status() != psutil.STATUS_ZOMBIE
                and Path(process.environ().get("HOME", "/")).is_relative_to(home)
                and process.pid != os.getpid()
            ):
                found.append(process)
    return found


def _kill_tree(leader: int) -> None:
    """Kill a process, its group and all below it; it last, as what is below would leave it."""
    while below := _below(leader):
        for process in below:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        time.sleep(_SECONDS_BETWEEN_LOOKS)  # a suspended guard does not wait for them, nor can we
    members = _members(leader)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
    psutil.wait_procs(members, timeout=_SECONDS_TO_DIE)


def _below(leader: int) -> list[psutil.Process]:
    with contextlib.suppress(psutil.NoSuchProcess):
        found = psutil.Process(leader).children(recursive=True)
        return [process for process in found if process.status() != psutil.STATUS_ZOMBIE]
    return []
