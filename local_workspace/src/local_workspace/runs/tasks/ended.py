"""How a task's own process ended, left in a file for the server."""

import contextlib
import json
import sys
import traceback
from pathlib import Path
from types import TracebackType


def report(error: BaseException | None, result: Path) -> None:
    """Write `{"error": …, "error_trace": …}` to `result`, both null after a success; print the traceback."""
    outcome = {"error": None, "error_trace": None} if error is None else _described(error)
    unfinished = result.with_suffix(".part")
    unfinished.write_text(json.dumps(outcome))
    unfinished.replace(result)
    # The script may have closed or replaced either stream: that does not change what became of it.
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stdout.flush()
    if outcome["error_trace"]:
        with contextlib.suppress(OSError, ValueError, AttributeError):
            print(outcome["error_trace"], file=sys.stderr, flush=True)


def _described(error: BaseException) -> dict[str, str | None]:
    trace = "".join(traceback.format_exception(type(error), error, _without_own_frame(error.__traceback__)))
    return {"error": traceback.format_exception_only(error)[-1].strip(), "error_trace": trace}


def _without_own_frame(trace: TracebackType | None) -> TracebackType | None:
    return trace.tb_next if trace is not None else None
