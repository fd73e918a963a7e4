"""Secrets' values: one file that only its owner reads, apart from all other state."""

import base64
import json
import os
import threading
from pathlib import Path


class SecretValues:
    """Values by scope and key; safe to use from every thread."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()

    def get(self, scope: str, key: str) -> bytes | None:
        """A value, if there is one."""
        with self._lock:
            written = self._read().get(scope, {}).get(key)
        return base64.b64decode(written) if written is not None else None

    def put(self, scope: str, key: str, value: bytes) -> None:
        """Keep a value, in place of an earlier one."""
        with self._lock:
            values = self._read()
            values.setdefault(scope, {})[key] = base64.b64encode(value).decode()
            self._write(values)

    def delete(self, scope: str, key: str | None = None) -> None:
        """Forget a value, or all of a scope."""
        with self._lock:
            values = self._read()
            if key is None:
                values.pop(scope, None)
            else:
                values.get(scope, {}).pop(key, None)
            self._write(values)

    def _read(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = json.loads(self._file.read_text()) if self._file.exists() else {}
        return found

    def _write(self, values: dict[str, dict[str, str]]) -> None:
        unfinished = self._file.with_suffix(".part")
        unfinished.unlink(missing_ok=True)
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(values, file)
        unfinished.replace(self._file)
