"""The script of every job run: put the shipped code on the path, and call its entry point.

Parameters: the code folder, the entry (prepare, train, register), and what the entry takes. Databricks
compiles and executes scripts inside IPython: `__file__` does not exist, and a script ends by returning or
raising.
"""

import importlib
import shutil
import sys
import tempfile
from pathlib import Path

from pyspark.sql import SparkSession

ENTRIES = ("prepare", "train", "register")
ARCHIVE = "rookery_jobs.zip"


def ship(spark: SparkSession, folder: Path) -> None:
    """Make the package of the code folder importable here and in Spark's Python workers.

    The folder's name is the digest of the code. Spark takes one file per name, and its workers keep what they
    have imported: so the archive gets the digest in its name, and the workers of another digest are others.
    """
    archive = Path(tempfile.mkdtemp()) / f"rookery_jobs-{folder.name}.zip"
    # A script of the workspace runs in its own folder, also where /Workspace is not mounted.
    shutil.copyfile((folder if folder.is_dir() else Path.cwd()) / ARCHIVE, archive)
    sys.path.insert(0, str(archive))
    context = spark.sparkContext
    context.environment["ROOKERY_CODE"] = folder.name
    context.addPyFile(str(archive))


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
