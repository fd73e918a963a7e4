"""The script of every job run: put the shipped code on the path, and call its entry point.

Parameters: the code folder, the entry (prepare, train, register, score), and what the entry takes. Databricks
compiles and executes scripts inside IPython: `__file__` does not exist, and a script ends by returning or
raising.
"""

import importlib
import importlib.util
import sys
import tempfile
import zipfile
from pathlib import Path

from pyspark.sql import SparkSession

ENTRIES = ("prepare", "train", "register", "score")
ARCHIVE = "rookery_jobs.zip"
USER_ARCHIVE = "package.zip"


def ship(spark: SparkSession, folder: Path) -> None:
    """Make the packages of the code folder importable here and in Spark's Python workers.

    The folder's name is the digest of the code. Spark takes one file per name from one place, and its workers
    keep what they have imported: so the archive has the digest in its name, the same place in every run, and
    workers of its own.
    """
    archive = local_copy(folder)
    sys.path.insert(0, str(archive))
    context = spark.sparkContext
    context.environment["ROOKERY_CODE"] = folder.name
    context.addPyFile(str(archive))
    if (_here(folder) / USER_ARCHIVE).exists():
        package = local_copy(folder, USER_ARCHIVE)
        require_new_names(package)
        context.addPyFile(str(package))


def require_new_names(archive: Path) -> None:
    """Raise ValueError if the archive of a user's package has a module that is there already: it would stand
    before that of the runtime."""
    with zipfile.ZipFile(archive) as package:
        roots = {name.partition("/")[0].removesuffix(".py") for name in package.namelist()}
    taken = sorted(name for name in roots if name.isidentifier() and importlib.util.find_spec(name))
    if taken:
        raise ValueError(
            f"the plan's package has a module {taken[0]!r}, which the runtime has already: rename it"
        )


def _here(folder: Path) -> Path:
    # A script of the workspace runs in its own folder, also where /Workspace is not mounted.
    return folder if folder.is_dir() else Path.cwd()


def local_copy(folder: Path, name: str = ARCHIVE) -> Path:
    """An archive of the code folder on this machine, under a name that tells the folder's digest."""
    content = (_here(folder) / name).read_bytes()
    target = Path(tempfile.gettempdir()) / f"{name.removesuffix('.zip')}-{folder.name}.zip"
    if not target.exists() or target.read_bytes() != content:
        # Moved into place, since runs that start together do the same.
        with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as staging:
            staging.write(content)
        Path(staging.name).replace(target)
    return target


def main(arguments: list[str]) -> None:
    """Run the entry point that the arguments name."""
    code_folder, entry, *rest = arguments
    if entry not in ENTRIES:
        raise ValueError(f"unknown entry {entry!r}; there are {', '.join(ENTRIES)}")
    spark = SparkSession.builder.getOrCreate()
    ship(spark, Path(code_folder))
    importlib.import_module(f"rookery_jobs.{entry}").main(spark, rest)


if __name__ == "__main__":
    main(sys.argv[1:])
