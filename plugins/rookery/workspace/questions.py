"""Whether a workspace can do what is wanted: asked by calls that create nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from rookery.exceptions import PlanError, RookeryError
from rookery.mistakes import Mistake, listed
from rookery.redaction import redacted

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient


class Question(NamedTuple):
    """A question: `ask` returns a fact in words, or raises what speaks against the plan."""

    subject: str
    place: tuple[str, ...]
    ask: Callable[[WorkspaceClient], str]


class Finding(NamedTuple):
    """The answer to one question about the workspace: a fact, or a mistake of the plan at `place`."""

    subject: str
    place: tuple[str, ...]
    text: str
    ok: bool


def ask(workspace: WorkspaceClient, questions: Iterable[Question]) -> list[Finding]:
    """The answers; a question costs one call, that for the experiment sometimes two, that for Unity Catalog
    three and more.

    A workspace that refuses to answer, or does not know what is asked for, speaks against the plan in its own
    words. A workspace that fails to answer says nothing about the plan: its DatabricksError, or the error of
    the connection, is raised.
    """
    return [_answered(question, workspace) for question in questions]


def require_usable(workspace: WorkspaceClient, questions: Iterable[Question]) -> None:
    """Raise PlanError with everything that speaks against the plan in this workspace."""
    mistakes = [Mistake(each.text, each.place) for each in ask(workspace, questions) if not each.ok]
    if mistakes:
        raise PlanError(listed("The plan, in this workspace,", mistakes), mistakes)


def own_words(error: Exception) -> str:
    """The workspace's message, without the SDK's remark on how it has logged in."""
    return redacted(str(error).partition(" Config: ")[0].strip())


def refused(error: Exception, advice: str) -> PlanError:
    """The workspace's refusal as a mistake of the plan, with what to do about it."""
    return PlanError(f"the workspace says: {own_words(error).rstrip('.')}; {advice}")


def _answered(question: Question, workspace: WorkspaceClient) -> Finding:
    from databricks.sdk import errors

    refusals = (errors.BadRequest, errors.NotFound, errors.PermissionDenied, errors.Unauthenticated)
    try:
        return Finding(question.subject, question.place, question.ask(workspace), ok=True)
    except RookeryError as error:
        return Finding(question.subject, question.place, str(error), ok=False)
    except refusals as error:
        text = f"the workspace says: {own_words(error)}"
        return Finding(question.subject, question.place, text, ok=False)
