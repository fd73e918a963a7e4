"""The process of a notebook task: attaches to the driver and runs the notebook's cells.

    python -P -m local_workspace.runs.tasks.run_notebook REQUEST.json

REQUEST.json holds `notebook` (the file), `notebook_path` (as the client knows it), `language`,
and `named_parameters`, beside what every process of a run is given.
"""

import contextlib
import json
import os
import sys
from pathlib import Path
from typing import Any

from local_workspace.dbutils.facts import RunFacts
from local_workspace.dbutils.namespace import namespace
from local_workspace.dbutils.notebook import NotebookExit
from local_workspace.notebooks.magics import Magics
from local_workspace.notebooks.notebook_run import NotebookRun, reader, writer
from local_workspace.runs.tasks.begun import begun
from local_workspace.runs.tasks.ended import report
from local_workspace.runs.tasks.main_module import fresh_main
from local_workspace.runs.tasks.spark_session import attach


def main() -> None:
    """Run the notebook of the request named on the command line."""
    execute(begun())


def execute(request: dict[str, Any]) -> None:
    """Run the cells to the end, or to the notebook's own exit, and write how it ended."""
    notebook, facts = Path(request["notebook"]), RunFacts.of(request)
    with contextlib.suppress(ImportError):  # a runtime need not have MLflow
        from local_workspace.notebooks.experiment import use_experiment_of

        use_experiment_of(facts.notebook_path)
    os.chdir(notebook.parent)
    sys.path[:0] = [str(notebook.parent), request["libraries"]]
    names = fresh_main(namespace(*attach(), facts))
    magics = Magics(names, request["mounts"], request["pip"])
    cells = NotebookRun(
        names, magics, reader(request["mounts"]["/Workspace"]), writer(facts.folder / "cells.json")
    )
    error: BaseException | None = None
    try:
        cells.run(notebook.read_text(), facts.notebook_path, request["language"])
    except NotebookExit as exit_:
        output = {"result": str(exit_), "truncated": False}
        (facts.folder / "notebook_output.json").write_text(json.dumps(output))
    except BaseException as failure:  # SystemExit and KeyboardInterrupt fail a run as well
        error = failure
    report(error, Path(request["result"]))


if __name__ == "__main__":
    main()
