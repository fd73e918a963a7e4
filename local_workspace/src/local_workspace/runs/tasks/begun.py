"""The beginning of every process of a run, before its own code is there."""

import contextlib
import gc
import json
import sys
from pathlib import Path
from typing import Any

from local_workspace.processes import lifeline, private_root


def begun() -> dict[str, Any]:
    """The request named on the command line, in a process that is ready to carry it out.

    `/dbfs` and the other `mounts` of the request are there from now on, where the system allows it.
    """
    # Spark and MLflow are imported in most runs: that makes a million objects and no garbage.
    gc.set_threshold(10_000)
    request: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text())
    with contextlib.suppress(private_root.NoPrivateRoot):  # before there is a second thread
        private_root.enter(Path(request["root"]), request["mounts"])
    lifeline.watch()
    return request
