"""How a task's own process ended, left in a file for the server."""

import contextlib
import json
import sys
import traceback
from pathlib import Path
from types import TracebackType

_OWN = Path(__file__).parents[2]


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
    trace = "".join(traceback.format_exception(type(error), error, without_own_frames(error.__traceback__)))
    return {"error": traceback.format_exception_only(error)[-1].strip(), "error_trace": trace}


def without_own_frames(trace: TracebackType | None) -> TracebackType | None:
    """A traceback that begins with the run's own code: without the frames by which it was called."""
    while trace is not None and Path(trace.tb_frame.f_code.co_filename).is_relative_to(_OWN):
        trace = trace.tb_next
    return trace
