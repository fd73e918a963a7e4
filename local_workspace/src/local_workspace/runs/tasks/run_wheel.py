"""The process of a wheel task: attaches to the driver and calls an entry point of an installed package.

    python -P -m local_workspace.runs.tasks.run_wheel REQUEST.json

As on Databricks the entry point is looked up in the package's metadata, in whatever group; a name that is not
there is taken for a function of the package itself (https://docs.databricks.com/jobs/python-wheel).
"""

import importlib
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

from local_workspace.dbutils.facts import RunFacts
from local_workspace.dbutils.namespace import namespace
from local_workspace.runs.tasks.begun import begun
from local_workspace.runs.tasks.ended import report
from local_workspace.runs.tasks.main_module import fresh_main
from local_workspace.runs.tasks.spark_session import attach


def main() -> None:
    """Call the entry point of the request named on the command line."""
    execute(begun())


def execute(request: dict[str, Any]) -> None:
    """Call the entry point and write how it ended."""
    sys.path.insert(0, request["libraries"])
    sys.argv = [request["package_name"], *request["parameters"]]
    spark, sc = attach()
    namespace(spark, sc, RunFacts.of(request))
    fresh_main({"spark": spark, "sc": sc})
    error: BaseException | None = None
    try:
        _entry_point(request["package_name"], request["entry_point"])()
    except BaseException as failure:  # SystemExit and KeyboardInterrupt fail a run as well
        error = failure
    report(error, Path(request["result"]))


def _entry_point(package: str, name: str) -> Callable[[], object]:
    try:
        points = metadata.distribution(package).entry_points.select(name=name)
    except metadata.PackageNotFoundError as error:
        raise ModuleNotFoundError(
            f"Package {package} is not installed: name its wheel in the task's libraries."
        ) from error
    for point in points:
        found: Callable[[], object] = point.load()
        return found
    called: Callable[[], object] = getattr(importlib.import_module(package), name)
    return called


if __name__ == "__main__":
    main()
