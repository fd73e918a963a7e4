"""A child process ends when its guard does, even by `kill -9`.

The guard holds the other end of the child's standard input and never writes to it: end of file means that the
guard is gone, which would have ended the child itself. Standard library only, since it is the first thing
that a child runs.
"""

import os
import signal
import threading
from pathlib import Path


def watch() -> None:
    """Take standard input as the life line: at its end, kill this process' whole group.

    Whoever reads standard input afterwards finds it empty. Call it in a process that leads its own group.
    """
    line = os.dup(0)
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    threading.Thread(target=_end_with, args=(line,), name="life line", daemon=True).start()


def _end_with(line: int) -> None:
    while os.read(line, 4096):
        pass
    os.killpg(os.getpgrp(), signal.SIGKILL)
