"""Installs the Spark and MLflow of runtimes, for clusters that ask for them: `make runtimes`.

    python -m local_workspace.install_runtimes UV [RUNTIME ...]

UV is the program `uv`; RUNTIME one of 15.4, 16.4, ...; without any, all are installed. Each takes about a
minute and 1.3 GB in the server's own environment, below `var/local-workspace/runtimes`.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from local_workspace.clusters.runtimes.environments import FOLDER, Environment, place_of
from local_workspace.clusters.runtimes.pairs import PAIRS, Pair

# What the old MLflow and Spark import without saying so, and what serves a model on a socket.
_OTHERS = ("setuptools", "uvicorn")


def main(uv: str, runtimes: list[str]) -> int:
    """Install what is not there yet; the exit status: not 0 if a runtime that was named cannot be."""
    unknown = [each for each in runtimes if each not in PAIRS]
    if unknown:
        print(f"There is no runtime {', '.join(unknown)} to install; there are {', '.join(PAIRS)}")
        return 2
    python = sys.version_info[:2]
    status = 0
    for pair in [PAIRS[each] for each in runtimes] or PAIRS.values():
        if python > pair.newest_python:
            print(_cannot(pair, python))
            status = 1 if runtimes else status
        elif place_of(pair).is_installed:
            print(f"Runtime {pair.runtime} is installed: {place_of(pair).in_words}")
        else:
            _install(uv, pair, place_of(pair))
    return status


def _cannot(pair: Pair, python: tuple[int, int]) -> str:
    newest = ".".join(map(str, pair.newest_python))
    return (
        f"Runtime {pair.runtime} (Spark {pair.spark}, MLflow {pair.mlflow}) does not run under this Python "
        f"{python[0]}.{python[1]}: make the environments with Python {newest} or older "
        "(`make clean`, then `make runtimes PYTHON=…`)"
    )


def _install(uv: str, pair: Pair, place: Environment) -> None:
    print(f"Installing runtime {pair.runtime} (1.3 GB): Spark {pair.spark}, MLflow {pair.mlflow}", flush=True)
    started = time.monotonic()
    FOLDER.mkdir(parents=True, exist_ok=True)
    # What was there is of no use, and counts no more from now on.
    shutil.rmtree(place.prefix, ignore_errors=True)
    _run(uv, "venv", "--quiet", "--python", sys.executable, str(place.prefix))
    with tempfile.TemporaryDirectory(dir=FOLDER, prefix="wheels-") as wheels:
        # The index has Spark as a source archive only: uv would build it anew for every look at it.
        pip = (uv, "tool", "run", "--quiet", "--python", sys.executable, "pip")
        _run(*pip, "wheel", "--quiet", "--no-cache-dir", "--no-deps", "-w", wheels, f"pyspark=={pair.spark}")
        options = ("--python", place.python, "--exclude-newer", pair.before, "--find-links", wheels)
        _run(uv, "pip", "install", "--quiet", *options, *pair.requirements, *_OTHERS)
    place.lend_this_package()
    place.mark_ready()
    print(f"Installed in {time.monotonic() - started:.0f} s: {place.prefix}", flush=True)


def _run(*command: str) -> None:
    subprocess.run(command, check=True)


if __name__ == "__main__":
    try:
        sys.exit(main(str(Path(sys.argv[1]).absolute()), sys.argv[2:]))
    except subprocess.CalledProcessError as error:
        sys.exit(f"{error.cmd[0]} failed with exit code {error.returncode}; what it said is above")
