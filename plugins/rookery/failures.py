"""Why a task failed, in plain words, as the last line of its own log.

After a task's exception and traceback Airflow logs more: what the retry policy decided, what callbacks say.
A listener is called after all of these; Rookery's plugin registers this module as one.
"""

from __future__ import annotations

from textwrap import shorten
from typing import Any

from airflow.listeners import hookimpl
from airflow.sdk.exceptions import AirflowTaskTimeout

from rookery.exceptions import RookeryError, TaskStopped
from rookery.redaction import redacted

_LONGEST = 1000


@hookimpl
def on_task_instance_failed(previous_state: Any, task_instance: Any, error: Any) -> None:  # noqa: ARG001
    """Called by Airflow in the task's process when it has failed, whether or not it will be tried again."""
    task: Any = getattr(task_instance, "task", None)
    if error is None or not _is_ours(task):
        return
    # Airflow has opened a group of lines by now, which its log page shows folded.
    task.log.info("::endgroup::")
    task.log.error(reason(error, task))


def reason(error: BaseException | str, task: Any) -> str:
    """The failure on one line. Of Rookery's own errors it is the first paragraph: details follow that."""
    lines = (line.strip().removeprefix("- ") for line in _text(error, task).splitlines())
    joined = "; ".join(filter(None, lines)).replace(":; ", ": ").replace("?; ", "? ")
    return shorten(redacted(joined), _LONGEST, placeholder=" …") or type(error).__name__


def _text(error: BaseException | str, task: Any) -> str:
    if isinstance(error, AirflowTaskTimeout):
        return f"the task took longer than its execution_timeout, {task.execution_timeout}"
    if isinstance(error, RookeryError | TaskStopped | str):
        return str(error).partition("\n\n")[0]
    if type(error).__module__.startswith("databricks.sdk"):
        return f"Databricks answered {type(error).__name__}: {error}"
    return f"{type(error).__name__}: {error}"


def _is_ours(task: Any) -> bool:
    return any(cls.__module__.startswith("rookery.") for cls in type(task).__mro__)
