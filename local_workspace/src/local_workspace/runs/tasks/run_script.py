"""The process of a Python script task: attaches to the driver and executes a script as Databricks does.

The script is compiled and executed in a fresh `__main__`: `spark` and `sc` are there, `__file__` is not
(on Databricks it runs inside an IPython kernel), and `SystemExit` is a failure like any other exception.

    python -P -m local_workspace.runs.tasks.run_script REQUEST.json

REQUEST.json holds `script` (the file), `name` (its path as the client knows it), `parameters` and `result`
(the file to write the outcome to).
"""

import linecache
import os
import sys
from pathlib import Path
from typing import Any

from local_workspace.dbutils.facts import RunFacts
from local_workspace.dbutils.namespace import namespace
from local_workspace.runs.tasks.begun import begun
from local_workspace.runs.tasks.ended import report
from local_workspace.runs.tasks.main_module import fresh_main
from local_workspace.runs.tasks.spark_session import attach


def main() -> None:
    """Execute the request named on the command line."""
    execute(begun())


def execute(request: dict[str, Any]) -> None:
    """Run the script to its end and write how it ended."""
    script = Path(request["script"])
    os.chdir(script.parent)
    sys.path[:0] = [str(script.parent), request["libraries"]]
    sys.argv = [str(script), *request["parameters"]]
    spark, sc = attach()
    namespace(spark, sc, RunFacts.of(request))
    names = fresh_main({"spark": spark, "sc": sc})
    error: BaseException | None = None
    try:
        exec(_compiled(script, request["name"]), names)  # noqa: S102
    except BaseException as failure:  # SystemExit and KeyboardInterrupt fail a run as well
        error = failure
    report(error, Path(request["result"]))


def _compiled(script: Path, name: str) -> Any:
    """Code whose traceback shows the path that the client knows, and its lines."""
    source = script.read_text()
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    return compile(source, name, "exec")


if __name__ == "__main__":
    main()
