"""One server per root: a lock on a file that says who holds it, released by the kernel with its process."""

import fcntl
import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

LOCK_NAME = "lock"
SECONDS_FOR_A_LOOK = 0.2


@dataclass(frozen=True)
class Holder:
    """The server that holds a root; `url` is empty until it has a port."""

    pid: int
    url: str = ""


class RootIsHeldError(Exception):
    """Another server runs on this root."""

    def __init__(self, root: Path, holder: Holder) -> None:
        where = f"at {holder.url}" if holder.url else "and starting"
        super().__init__(f"already running {where} on {root} (pid {holder.pid})")
        self.holder = holder


class RootLock:
    """Held from `with` to its end, or to the end of the process, however it ends."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._file: IO[str] | None = None

    def __enter__(self) -> Self:
        """Take the lock, making the root (for its owner alone) if needed; RootIsHeldError if it is taken."""
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = (self._root / LOCK_NAME).open("a+")
        if not _locked(file):
            file.close()
            raise RootIsHeldError(self._root, _written_holder(self._root))
        self._file = file
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Release the lock; the file stays, since removing it would let two servers lock two files."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def announce(self, url: str) -> None:
        """Write pid and URL into the file, for those who find it locked."""
        if self._file is None:
            raise RuntimeError("the lock is not held")
        self._file.seek(0)
        self._file.truncate()
        json.dump(asdict(Holder(os.getpid(), url)), self._file)
        self._file.flush()


def _locked(file: IO[str]) -> bool:
    """Take the lock; a moment is given to `holder_of` in another process, which holds it only to look."""
    deadline = time.monotonic() + SECONDS_FOR_A_LOOK
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        else:
            return True


def holder_of(root: Path) -> Holder | None:
    """The server that runs on `root`, or None."""
    if not (root / LOCK_NAME).exists():
        return None
    try:
        with RootLock(root):
            return None
    except RootIsHeldError as error:
        return error.holder


def _written_holder(root: Path) -> Holder:
    try:
        written = json.loads((root / LOCK_NAME).read_text())
        return Holder(int(written["pid"]), str(written["url"]))
    except (OSError, ValueError, KeyError):
        return Holder(0)
