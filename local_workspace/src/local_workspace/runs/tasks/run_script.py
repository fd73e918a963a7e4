"""The process of a Python script task: attaches to the driver and executes a script as Databricks does.

The script is compiled and executed in a fresh `__main__`: `spark` and `sc` are there, `__file__` is not
(on Databricks it runs inside an IPython kernel), and `SystemExit` is a failure like any other exception.

    python -P -m local_workspace.runs.tasks.run_script REQUEST.json

REQUEST.json holds `script` (the file), `name` (its path as the client knows it), `parameters` and `result`
(the file to write the outcome to).
"""

import gc
import json
import linecache
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from local_workspace.processes import lifeline
from local_workspace.runs.tasks.ended import report
from local_workspace.runs.tasks.spark_session import attach


def main() -> None:
    """Execute the request named on the command line."""
    # Spark and MLflow are imported in most runs: that makes a million objects and no garbage.
    gc.set_threshold(10_000)
    lifeline.watch()
    execute(json.loads(Path(sys.argv[1]).read_text()))


def execute(request: dict[str, Any]) -> None:
    """Run the script to its end and write how it ended."""
    script = Path(request["script"])
    os.chdir(script.parent)
    sys.path.insert(0, str(script.parent))
    sys.argv = [str(script), *request["parameters"]]
    namespace = _fresh_main(*attach())
    error: BaseException | None = None
    try:
        exec(_compiled(script, request["name"]), namespace)  # noqa: S102
    except BaseException as failure:  # SystemExit and KeyboardInterrupt fail a run as well
        error = failure
    report(error, Path(request["result"]))


def _fresh_main(spark: Any, sc: Any) -> dict[str, Any]:
    """The namespace of a new `__main__` module, so that the script's own classes and functions pickle.

    `sys.ps1` is there in IPython too. PySpark takes a `__main__` with neither `__file__` nor a prompt for a
    doctest, and leaves by `sys.exit(0)` in the middle of `mlflow.spark.save_model`.
    """
    sys.ps1, sys.ps2 = "In : ", "...: "
    module = ModuleType("__main__")
    module.__dict__.update(spark=spark, sc=sc)
    sys.modules["__main__"] = module
    return module.__dict__


def _compiled(script: Path, name: str) -> Any:
    """Code whose traceback shows the path that the client knows, and its lines."""
    source = script.read_text()
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    return compile(source, name, "exec")


if __name__ == "__main__":
    main()
