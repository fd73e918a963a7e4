"""Python environments with a Spark and an MLflow: the server's own, and those of runtimes that are installed.

`local_workspace.install_runtimes` makes them, in a folder of the server's own environment.
"""

import re
import sys
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import Distribution, distributions
from importlib.util import find_spec
from pathlib import Path

import local_workspace
from local_workspace.clusters.runtimes.pairs import PAIRS, Pair, pair_of

FOLDER = Path(sys.prefix) / "var" / "local-workspace" / "runtimes"
# Written when everything is installed, with what that is: what an interrupted installation left, or an older
# version of this package, does not count.
_READY = "ready"
_PACKAGE = Path(local_workspace.__file__).parent
_NEWEST_JAVA = 1_000


@dataclass(frozen=True)
class Environment:
    """A Python with its packages; `pair` is None for the server's own."""

    prefix: Path
    pair: Pair | None = None

    @property
    def python(self) -> str:
        """The interpreter."""
        return str(self.prefix / "bin" / "python") if self.pair else sys.executable

    @property
    def newest_java(self) -> int:
        """The newest Java that this Spark runs on."""
        return self.pair.newest_java if self.pair else _NEWEST_JAVA

    @cached_property
    def packages(self) -> Path:
        """Where the packages are."""
        if self.pair is None:
            return _place_of("pyspark")
        (found,) = (self.prefix / "lib").glob("python3*/site-packages")
        return found

    @property
    def spark_home(self) -> Path:
        """PySpark's folder, with Spark's jars."""
        return self.packages / "pyspark"

    @cached_property
    def scala(self) -> str:
        """The Scala that Spark was compiled with: 2.12 or 2.13."""
        (core,) = (self.spark_home / "jars").glob("spark-core_*.jar")
        return re.sub(r"spark-core_(\d+\.\d+)-.*", r"\1", core.name)

    @cached_property
    def versions(self) -> dict[str, str]:
        """The version of every package, by its name in lower case with hyphens."""
        return {_normal(each): each.version for each in distributions(path=[str(self.packages)])}

    @property
    def in_words(self) -> str:
        """Spark, MLflow and Python, with their versions."""
        return (
            f"Spark {self.versions['pyspark']}, MLflow {self.versions['mlflow']}, Python {_python_version()}"
        )

    @property
    def is_installed(self) -> bool:
        """Whether it is there as a whole, with this package in it."""
        ready = self.prefix / _READY
        return (
            ready.exists()
            and ready.read_text() == repr(self.pair)
            and (self.packages / _PACKAGE.name).resolve() == _PACKAGE.resolve()
        )

    def mark_ready(self) -> None:
        """All that it is to have is there."""
        (self.prefix / _READY).write_text(repr(self.pair))

    def lend_this_package(self) -> None:
        """Let its Python import `local_workspace`, as the server's own can: job runs begin with it."""
        (self.packages / "local_workspace").unlink(missing_ok=True)
        (self.packages / "local_workspace").symlink_to(_PACKAGE)


OWN = Environment(Path(sys.prefix))


def place_of(pair: Pair) -> Environment:
    """Where a pair is, or would be installed."""
    return Environment(FOLDER / pair.runtime, pair)


def installed() -> list[Environment]:
    """The environments of the runtimes that are installed, oldest runtime first."""
    return [place for pair in PAIRS.values() if (place := place_of(pair)).is_installed]


def environment_of(spark_version: str) -> Environment:
    """The environment of a runtime's key, and the server's own if its pair is not installed or not known."""
    pair = pair_of(spark_version)
    place = place_of(pair) if pair else OWN
    return place if pair is None or place.is_installed else OWN


def run_by(spark_version: str, environment: Environment) -> str:
    """What a cluster really runs, in a sentence; and if it is not the pair of its runtime, what would be."""
    said = f"Runtime {spark_version} is run here by {environment.in_words}"
    pair = pair_of(spark_version)
    if pair is None or environment.pair is not None:
        return f"{said}."
    return (
        f"{said}: its own Spark {pair.spark} and MLflow {pair.mlflow} are not installed "
        f"(`make runtimes RUNTIME={pair.runtime}` does that)."
    )


def _place_of(package: str) -> Path:
    """Where a package is that is not imported for that: it takes a while."""
    found = find_spec(package)
    assert found is not None  # noqa: S101 - this project needs it
    assert found.origin is not None  # noqa: S101 - it has an __init__.py
    return Path(found.origin).parents[1]


def _normal(package: Distribution) -> str:
    return re.sub(r"[-_.]+", "-", package.metadata["Name"]).lower()


def _python_version() -> str:
    # Every environment here is made from the server's own Python.
    return ".".join(str(part) for part in sys.version_info[:3])
