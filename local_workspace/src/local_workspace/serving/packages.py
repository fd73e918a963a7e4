"""Which installed packages a version is served with: its own, where a runtime that has them is installed."""

from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from local_workspace.clusters.runtimes.environments import OWN, Environment, installed
from local_workspace.clusters.runtimes.pairs import PAIRS


@dataclass(frozen=True)
class Packages:
    """The interpreter to serve with, and what is to be said of it: "" for the model's own packages."""

    python: str
    message: str = ""


def packages_of(model: Path) -> Packages:
    """The packages that a model's `requirements.txt` asks for; the server's own where none are those."""
    file = model / "requirements.txt"
    asked = _lines(file.read_text()) if file.is_file() else []
    for environment in (OWN, *installed()):
        if all(_instead(line, environment) is None for line in asked):
            return Packages(environment.python)
    return Packages(OWN.python, _in_words(asked))


def _in_words(asked: list[str]) -> str:
    differing = {line: has for line in asked if (has := _instead(line, OWN)) is not None}
    wanted = ", ".join(differing)
    has = ", ".join(each for each in differing.values() if each) or "none of them"
    install = [pair.runtime for pair in PAIRS.values() if f"mlflow=={pair.mlflow}" in asked]
    advice = f" `make runtimes RUNTIME={install[0]}` installs its own." if install else ""
    return f"Served with packages of this workspace ({has}) instead of the model's own ({wanted}).{advice}"


def _instead(line: str, environment: Environment) -> str | None:
    """None if the environment has what a line asks for; else what it has of that package, or ""."""
    try:
        wanted = Requirement(line)
    except InvalidRequirement:
        return ""
    if wanted.marker and not wanted.marker.evaluate():
        return None
    name = canonicalize_name(wanted.name)
    version = environment.versions.get(name)
    if version is None or wanted.url:
        return ""
    return None if wanted.specifier.contains(version, prereleases=True) else f"{name}=={version}"


def _lines(text: str) -> list[str]:
    """The requirements, without comments and pip's options."""
    lines = (line.partition(" #")[0].strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith(("#", "-"))]
