"""A workspace's answers to the questions about a plan, by an Airflow connection, for `rookery check`."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from rookery.check.report import Row, Section
from rookery.exceptions import RookeryError
from rookery.hooks.databricks import workspace_client
from rookery.mistakes import Mistake
from rookery.redaction import redacted
from rookery.workspace.questions import Finding, own_words

if TYPE_CHECKING:
    from rookery.check.report import Checkable

# A person waits for the answer: one try, as the SDK waits a second before the next.
_HTTP_SECONDS = 10
_RETRY_SECONDS = 1

_PLACE = ("databricks_conn_id",)
_PROCESS_CONTEXT = "_AIRFLOW_PROCESS_CONTEXT"


class Answer(NamedTuple):
    """Who the connection's user is (None if it cannot log in), the facts, and what is wrong."""

    user_name: str | None
    section: Section
    mistakes: list[Mistake]


def ask_workspace(checkable: Checkable, conn_id: str) -> Answer:
    """Log in and ask everything. Whatever fails is a mistake in one line, no exception."""
    logging.getLogger("databricks.sdk").setLevel(logging.ERROR)
    user_name = None
    findings: list[Finding] = []
    try:
        with all_connections():
            workspace = workspace_client(
                conn_id, http_timeout_seconds=_HTTP_SECONDS, retry_timeout_seconds=_RETRY_SECONDS
            )
        user_name = str(workspace.current_user.me().user_name)
        findings.append(Finding("login", _PLACE, f"{user_name} at {workspace.config.host}", ok=True))
        findings += checkable.ask(workspace, user_name)
    except Exception as error:
        # The provider, the SDK and requests each have errors of their own for what a connection can lack.
        subject = "login" if user_name is None else "answers"
        findings.append(Finding(subject, _PLACE, told(conn_id, error), ok=False))
    mistakes = [Mistake(each.text, each.place) for each in findings if not each.ok]
    return Answer(user_name, Section("Workspace", tuple(map(_row, findings))), mistakes)


@contextmanager
def all_connections() -> Iterator[None]:
    """Airflow looks for connections in its database only for a process that calls itself a server, as
    `airflow connections test` does; what the environment has comes first."""
    before = os.environ.get(_PROCESS_CONTEXT)
    os.environ[_PROCESS_CONTEXT] = before or "server"
    try:
        yield
    finally:
        del os.environ[_PROCESS_CONTEXT]
        os.environ |= {_PROCESS_CONTEXT: before} if before else {}


def _row(finding: Finding) -> Row:
    mark = "ok" if finding.ok else "MISTAKE"
    return Row(finding.subject, f"{mark}: {finding.text}", {"ok": finding.ok, "text": finding.text})


def told(conn_id: str, error: Exception) -> str:
    """What went wrong between the connection and its workspace, in one line that says what to do."""
    from airflow.sdk.exceptions import AirflowNotFoundException
    from databricks.sdk.errors import PermissionDenied, Unauthenticated
    from databricks.sdk.errors.base import DatabricksError

    if isinstance(error, RookeryError):
        return str(error)
    if isinstance(error, AirflowNotFoundException):
        return (
            f"Airflow has no connection {conn_id!r}; define it, by AIRFLOW_CONN_{conn_id.upper()} for example"
        )
    if isinstance(error, PermissionDenied | Unauthenticated):
        return f"the workspace refuses {conn_id!r}: {own_words(error)}; renew its token or secret"
    if isinstance(error, DatabricksError):
        return f"the workspace of {conn_id!r} fails to answer: {own_words(error)}; try again"
    return (
        f"{conn_id!r} leads to no workspace that answers ({_first_cause(error)}); check the connection's "
        "host, port and schema"
    )


def _first_cause(error: BaseException) -> str:
    """The error that began it: the SDK's retries and requests wrap it twice and more."""
    while cause := error.__cause__ or error.__context__:
        error = cause
    return redacted(" ".join(f"{type(error).__name__}: {error}".split()))
