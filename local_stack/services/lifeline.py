"""Become a command that ends when its starter does, even by `kill -9`.

    python -I local_stack/services/lifeline.py COMMAND…

The starter holds the other end of standard input and never writes to it: end of file means that it is gone.
A child of this process waits for that, and then kills the command and everything that descends from it. The
command itself takes over this process, so that its pid and its exit status are the starter's to see.
"""

import os
import signal
import sys
from contextlib import suppress

import psutil


def main() -> None:
    """Leave a watcher behind and become the command; the process must lead its own group."""
    if os.fork() == 0:
        _watch(os.getppid())
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606 - a command of ours, without a shell


def _watch(command: int) -> None:
    """Until the starter is gone; then nothing of the group survives, this process included."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the group is asked to end: whether it has, the starter sees
    while os.read(0, 4096):
        pass
    kill(family(command))
    os.killpg(os.getpgrp(), signal.SIGKILL)


def family(leader: int) -> list[psutil.Process]:
    """A process and all its descendants; not only its group, as Airflow's tasks lead groups of their own."""
    try:
        process = psutil.Process(leader)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def kill(processes: list[psutil.Process]) -> None:
    """Kill those that still run, but never the caller."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            if process.pid != os.getpid():
                process.kill()


if __name__ == "__main__":
    main()
