"""pip, which an environment that uv has made does not have: the one that Python brings along for new ones."""

import ensurepip
from pathlib import Path


def pip_install(python: str, target: Path, arguments: list[str]) -> list[str]:
    """The command by which this Python installs packages into the folder `target`."""
    options = ["--target", str(target), "--upgrade", "--no-input", "--disable-pip-version-check", "--quiet"]
    return [python, "-I", *_pip(), "install", *options, *arguments]


def _pip() -> list[str]:
    """pip runs from its own wheel (https://docs.python.org/3/library/ensurepip.html does the same)."""
    bundled = sorted(Path(ensurepip.__file__).with_name("_bundled").glob("pip-*.whl"))
    return [str(bundled[-1] / "pip")] if bundled else ["-m", "pip"]
