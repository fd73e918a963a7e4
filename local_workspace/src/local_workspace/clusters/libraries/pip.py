"""pip, which an environment that uv has made does not have: the one that Python brings along for new ones."""

import ensurepip
from pathlib import Path

_QUIETLY = ["--no-input", "--disable-pip-version-check", "--quiet"]


def pip(python: str) -> list[str]:
    """The command that is pip for this Python.

    https://docs.python.org/3/library/ensurepip.html does the same.
    """
    bundled = sorted(Path(ensurepip.__file__).with_name("_bundled").glob("pip-*.whl"))
    return [python, "-I", *([str(bundled[-1] / "pip")] if bundled else ["-m", "pip"])]


def pip_install(python: str, target: Path, arguments: list[str]) -> list[str]:
    """The command by which this Python installs packages into the folder `target`."""
    return [*pip(python), "install", "--target", str(target), "--upgrade", *_QUIETLY, *arguments]


def pip_install_there(python: str, arguments: list[str]) -> list[str]:
    """The command that installs packages into the environment that this Python is of."""
    return [*pip(python), "install", *_QUIETLY, *arguments]
