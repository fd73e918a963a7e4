"""Which browser takes the pictures, and how it is started."""

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome")
# Nothing but the pages themselves.
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class NoChromiumError(Exception):
    """There is no browser to take pictures with."""

    def __init__(self, looked_for: str) -> None:
        super().__init__(
            f"No Chromium found ({looked_for}). Install it (Debian: apt install chromium; "
            "Ubuntu: snap install chromium; macOS: brew install --cask chromium), "
            "or name one: make screenshots CHROMIUM=/path/to/it"
        )


def chromium() -> str:
    """The browser's path: what the variable CHROMIUM names, or the first on the PATH; `NoChromiumError`."""
    named = os.environ.get("CHROMIUM")
    names = (named,) if named else NAMES
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        raise NoChromiumError(", ".join(names))
    return found


def flags() -> list[str]:
    """Command-line flags for it; as root (in a container, say) it refuses to run with its sandbox."""
    return [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else list(FLAGS)
