"""Stands between the server and one child: nothing that the child starts outlives the child, or the server.

    python -I -S guard.py COMMAND ARGUMENT ...

On Linux the guard is a child subreaper (prctl(2)): whatever the command starts stays below the guard, in
whatever session and with whatever environment, even when its own parent has ended. When the command ends, the
guard kills what is left of it and ends in the same way. Its standard input is the life line: end of file
means that the server is gone, or wants an end at once, and everything is killed.

Elsewhere (macOS) an orphan goes to the system's first process, where the guard does not find it: there only
the command's process group and its living descendants are ended (and, by `Processes.end_strays`, what has
kept the HOME that it was given).

Standard library only, and little of it: one guard starts before every child, and stays beside it.
"""

import ctypes
import os
import signal
import sys
import threading
import time

TYPE_CHECKING = False
if TYPE_CHECKING:  # `typing` and `collections.abc` would double what is loaded
    from collections.abc import Callable, Iterator

_SET_CHILD_SUBREAPER = 36
_PASSED_ON = {signal.SIGTERM}
# Python ignores them, and what is ignored stays so in a command that is executed.
_IGNORED_BY_PYTHON = (signal.SIGPIPE, signal.SIGXFSZ)
_PROC = "/proc"
_SECONDS_BETWEEN_LOOKS = 0.01


def main(command: list[str]) -> None:
    """Run `command` to its end, then end everything that it has started, and this process as it ended."""
    stand_over_child()
    try:
        os.execv(command[0], command)  # noqa: S606
    except OSError as error:
        print(f"{command[0]}: {error}", file=sys.stderr, flush=True)
    os._exit(127)


def stand_over_child() -> None:
    """Fork: this returns in the child, in a session of its own, while this process becomes its guard.

    The child's standard input ends when the guard does.
    """
    _adopt_orphans()
    signal.pthread_sigmask(signal.SIG_BLOCK, _PASSED_ON)  # one that comes meanwhile is passed on afterwards
    child = _fork()
    if not child:
        return
    signal.signal(signal.SIGTERM, lambda number, _: _signal_group(child, number))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _PASSED_ON)
    threading.Thread(target=_end_with_server, args=(child,), daemon=True).start()
    status = _wait_for(child)
    _kill_what_is_left(child)
    _end_as(os.waitstatus_to_exitcode(status))


def _adopt_orphans() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _fork() -> int:
    """The child's process id; 0 in the child."""
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(reading)
        return child
    os.setsid()
    os.close(writing)  # the guard's alone: it ends with the guard
    os.dup2(reading, 0)
    os.close(reading)
    for number in _IGNORED_BY_PYTHON:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _PASSED_ON)
    return 0


def _end_with_server(child: int) -> None:
    while os.read(0, 4096):
        pass
    _kill_what_is_left(child)


def _wait_for(child: int) -> int:
    """The status of the child when it has ended; orphans that end before it are waited for as well."""
    while True:
        ended, status = os.wait()
        if ended == child:
            return status


def _kill_what_is_left(child: int) -> None:
    """Kill every descendant, and those that come meanwhile, until there is none that can be killed."""
    _signal_group(child, signal.SIGKILL)
    while _kill_all(_descendants()):
        time.sleep(_SECONDS_BETWEEN_LOOKS)


def _kill_all(pids: list[int]) -> bool:
    """Whether there was one that could be killed."""
    return sum(_signal(os.kill, pid, signal.SIGKILL) for pid in pids) > 0


def _signal_group(leader: int, number: int) -> None:
    _signal(os.killpg, leader, number)


def _signal(send: "Callable[[int, int], None]", whom: int, number: int) -> bool:
    """Whether it could be sent: it cannot to what has ended, or belongs to another user."""
    try:
        send(whom, number)
    except OSError:
        return False
    return True


def _descendants() -> list[int]:
    """The living processes below this one."""
    parents = _parents()
    below: list[int] = []
    level = [os.getpid()]
    while level:
        level = [pid for pid, parent in parents.items() if parent in level]
        below += level
    return below


def _parents() -> dict[int, int]:
    """The parent of every process that has not ended."""
    rows = _rows_of_proc() if sys.platform == "linux" else _rows_of_ps()
    return {int(pid): int(parent) for pid, state, parent in rows if state[0] not in "ZX"}


def _rows_of_proc() -> "Iterator[tuple[str, str, str]]":
    """Id, state and parent of every process."""
    for entry in os.scandir(_PROC):
        stat = _stat(entry.name) if entry.name.isdigit() else ""
        if stat:
            state, parent = stat.rpartition(")")[2].split()[:2]
            yield entry.name, state, parent


def _stat(pid: str) -> str:
    """What the kernel says of a process; "" if it has just ended."""
    try:
        file = os.open(f"{_PROC}/{pid}/stat", os.O_RDONLY)
    except OSError:
        return ""
    try:
        return os.read(file, 4096).decode(errors="replace")
    except OSError:
        return ""
    finally:
        os.close(file)


def _rows_of_ps() -> "Iterator[tuple[str, str, str]]":
    import subprocess

    for line in subprocess.check_output(["/bin/ps", "-A", "-o", "pid=,stat=,ppid="], text=True).splitlines():
        pid, state, parent = line.split()
        yield pid, state, parent


def _end_as(code: int) -> None:
    """End with the same exit code, or by the same signal."""
    if code < 0:
        _default(-code)
        os.kill(os.getpid(), -code)
    os._exit(code)


def _default(number: int) -> None:
    """What the system does with a signal; SIGKILL has no other way."""
    try:
        signal.signal(number, signal.SIG_DFL)
    except OSError:
        return


if __name__ == "__main__":
    main(sys.argv[1:])
