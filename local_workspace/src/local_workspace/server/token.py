"""The token that every client must send: given, kept from the last start, or new."""

import os
import secrets
from pathlib import Path

from local_workspace.settings import Settings


def chosen_token(root: Path, given: str | None) -> str:
    """The token that was given, that of the last start, or a new one."""
    file = root / "token"
    if given:
        return given
    if file.exists():
        return file.read_text().strip()
    return "dapi" + secrets.token_hex(16)


def write_token(settings: Settings) -> None:
    """Keep the token for the next start, readable by its owner alone from the first byte on."""
    settings.token_file.unlink(missing_ok=True)
    with open(os.open(settings.token_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:  # noqa: PTH123
        file.write(settings.token + "\n")
