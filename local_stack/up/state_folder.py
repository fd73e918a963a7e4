"""The folder that `make up` keeps its state in: used by one at a time, with the same ports at every start.

    python -m local_stack.up.state_folder FOLDER

refuses (exit code 1) while the folder is in use: it must not be removed then.
"""

import fcntl
import json
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from local_stack.services.ports import free_port


@dataclass(frozen=True)
class Holder:
    """The process that uses the folder; `url` is empty until Airflow answers there."""

    pid: int
    url: str = ""


class AlreadyRunningError(Exception):
    """Another process uses the folder."""

    def __init__(self, folder: Path, holder: Holder) -> None:
        where = f"at {holder.url}" if holder.url else "and starting"
        super().__init__(
            f"Already running {where} on {folder} (process {holder.pid}; Ctrl-C in its terminal stops it)"
        )


class StateFolder:
    """In use from `with` to its end; the kernel ends it with the process, however that ends."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: IO[str] | None = None

    def __enter__(self) -> Self:
        """Make the folder, for its owner alone, and take it; `AlreadyRunningError` if it is in use."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = (self.path / "running.json").open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = Holder(**json.loads(file.read() or '{"pid": 0}'))
            file.close()
            raise AlreadyRunningError(self.path, holder) from None
        self._lock = file
        self.announce("")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Free the folder; the lock's file stays, since without it two could lock two files."""
        if self._lock:
            self._lock.close()

    def announce(self, url: str) -> None:
        """Say to those who find the folder in use where Airflow answers."""
        if self._lock is None:
            raise RuntimeError("the folder is not in use")
        self._lock.seek(0)
        self._lock.truncate()
        json.dump(asdict(Holder(os.getpid(), url)), self._lock)
        self._lock.flush()

    def port(self, service: str, preferred: int) -> int:
        """The port of the last start if it is free, or the preferred one, or any; it is remembered.

        Links in old runs hold the port, and so do bookmarks.
        """
        file = self.path / "ports.json"
        ports: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}
        candidates = [ports.get(service, preferred), preferred, 0]
        ports[service] = next(free for port in candidates if (free := free_port(port)))
        file.write_text(json.dumps(ports))
        return ports[service]


def main() -> int:
    """Try to take the folder; 1 if it is in use."""
    try:
        with StateFolder(Path(sys.argv[1]).absolute()):
            return 0
    except AlreadyRunningError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
