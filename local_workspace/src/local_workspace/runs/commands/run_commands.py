"""The process of an execution context: attaches to the driver and runs commands, as cells of one notebook.

    python -P -m local_workspace.runs.commands.run_commands REQUEST.json

It connects to the server's socket: a line of JSON for each command comes (`id`, `source`, `language`), and
one goes back (`id`, `results`). A line `{"cancel": true}` interrupts what runs.
"""

import json
import os
import queue
import signal
import socket
import sys
import threading
import traceback
from typing import IO, Any

from local_workspace.dbutils.facts import RunFacts
from local_workspace.dbutils.namespace import namespace
from local_workspace.dbutils.notebook import NotebookExit
from local_workspace.notebooks.magics import Magics
from local_workspace.notebooks.notebook_run import NotebookRun, reader
from local_workspace.runs.commands.tables import table
from local_workspace.runs.tasks.begun import begun
from local_workspace.runs.tasks.ended import without_own_frames
from local_workspace.runs.tasks.main_module import fresh_main
from local_workspace.runs.tasks.spark_session import attach


def main() -> None:
    """Run commands until the server closes the connection."""
    request = begun()
    sys.path.insert(0, request["libraries"])
    names = fresh_main(namespace(*attach(), RunFacts.of(request)))
    tables: list[dict[str, Any]] = []
    magics = Magics(names, request["mounts"], request["pip"], lambda rows: tables.append(table(rows)))
    cells = NotebookRun(names, magics, reader(request["mounts"]["/Workspace"]), lambda _: None)
    with socket.socket(socket.AF_UNIX) as server:
        server.connect(request["socket"])
        with server.makefile("rw") as lines:
            _serve(lines, cells, tables)


def _serve(lines: IO[str], cells: NotebookRun, tables: list[dict[str, Any]]) -> None:
    """Carry out commands; `tables` are what their queries have given."""
    waiting: queue.Queue[dict[str, Any] | None] = queue.Queue()
    threading.Thread(target=_read, args=(lines, waiting), daemon=True).start()
    while (command := waiting.get()) is not None:
        tables.clear()
        results = _results(cells, command, tables)
        lines.write(json.dumps({"id": command["id"], "results": results}) + "\n")
        lines.flush()


def _read(lines: IO[str], waiting: "queue.Queue[dict[str, Any] | None]") -> None:
    for line in lines:
        said = json.loads(line)
        if "cancel" in said:
            os.kill(os.getpid(), signal.SIGINT)
        else:
            waiting.put(said)
    waiting.put(None)


def _results(cells: NotebookRun, command: dict[str, Any], tables: list[dict[str, Any]]) -> dict[str, Any]:
    try:
        text = cells.command(command["source"], command["language"], f"<command {command['id']}>")
    except NotebookExit as end:
        return {"resultType": "text", "data": str(end)}
    except BaseException as error:  # SystemExit and KeyboardInterrupt end a command, not the context
        own = without_own_frames(error.__traceback__)
        trace = "".join(traceback.format_exception(type(error), error, own))
        return {
            "resultType": "error",
            "summary": traceback.format_exception_only(error)[-1].strip(),
            "cause": trace,
        }
    return tables[-1] if tables else {"resultType": "text", "data": text.removesuffix("\n")}


if __name__ == "__main__":
    main()
