"""How a command that has started services is stopped: in order at first, at once if asked again."""

import os
import signal
from types import FrameType

INTERRUPTED = 130


def stop_on_signals() -> None:
    """Ctrl-C, SIGTERM and a closed terminal raise KeyboardInterrupt, so that services end as blocks are left.

    A second Ctrl-C does not wait for that: it ends this process, and with it every service
    (see `lifeline`).
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)


def _stop(_number: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGINT, _stop_at_once)
    # Both come twice when make, or a shell, passes on what this process got too.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    raise KeyboardInterrupt


def _stop_at_once(_number: int, _frame: FrameType | None) -> None:
    os._exit(INTERRUPTED)
