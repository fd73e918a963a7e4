"""A value that is made in a thread of its own, for those who can wait for it."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


def in_background(name: str, make: Callable[[], T]) -> "Future[T]":
    """Begin to make a value; `result()` waits for it, or raises what making it has raised."""
    future: Future[T] = Future()
    future.set_running_or_notify_cancel()  # a request that is given up must not cancel it for all

    def run() -> None:
        try:
            future.set_result(make())
        except BaseException as error:
            future.set_exception(error)

    # The end of the server does not wait for it.
    threading.Thread(target=run, name=name, daemon=True).start()
    return future
