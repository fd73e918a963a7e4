"""Open DBFS files: what `create` opens, `add-block` appends to and `close` ends.

Handles live in memory, as an upload does not outlive the server; ten idle minutes close them, as on
Databricks.
"""

import os
import threading
from dataclasses import dataclass
from pathlib import Path

from local_workspace.clock import Clock
from local_workspace.errors import ResourceDoesNotExist
from local_workspace.store import Store

IDLE_SECONDS = 600.0


@dataclass
class _Open:
    file: Path
    used: float


class DbfsHandles:
    """Files that are being written, by handle."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._open: dict[int, _Open] = {}
        self._lock = threading.Lock()

    def open(self, file: Path) -> int:
        """A new handle on `file`, which exists and is empty."""
        handle = self._store.next_number("dbfs_handle")
        with self._lock:
            self._open[handle] = _Open(file, self._clock.now())
        return handle

    def append(self, handle: int, block: bytes) -> None:
        """Write `block` at the end of the handle's file."""
        with self._lock:
            entry = self._entry(handle)
            try:
                with entry.file.open("r+b") as file:
                    file.seek(0, os.SEEK_END)
                    file.write(block)
            except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
                raise ResourceDoesNotExist(
                    f"The file of handle {handle} has been deleted or moved."
                ) from error
            entry.used = self._clock.now()

    def close(self, handle: int) -> None:
        """End the handle."""
        with self._lock:
            self._entry(handle)
            del self._open[handle]

    def _entry(self, handle: int) -> _Open:
        oldest = self._clock.now() - IDLE_SECONDS
        self._open = {number: entry for number, entry in self._open.items() if entry.used >= oldest}
        if handle not in self._open:
            raise ResourceDoesNotExist(f"No open handle {handle}: it was closed, or idle for ten minutes.")
        return self._open[handle]
