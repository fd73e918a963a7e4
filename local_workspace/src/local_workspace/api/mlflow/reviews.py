"""Comments on versions of the workspace registry, and requests to move one to another stage.

https://docs.databricks.com/api/azure/workspace/modelregistry
"""

from typing import Annotated

from pydantic import Field
from starlette.routing import Route

from local_workspace.api.wire import Answer, Called, routes
from local_workspace.messages import Message
from local_workspace.mlflow.reviews import Reviews
from local_workspace.store import Document

Text = Annotated[str, Field(max_length=65_536)]
_SHOWN = (
    *("id", "activity_type", "user_id", "comment", "from_stage", "to_stage"),
    *("creation_timestamp", "last_updated_timestamp"),
)


class OfVersion(Message):
    """`transition-requests/list`."""

    name: str
    version: str


class NewComment(OfVersion, Called):
    """`comments/create`."""

    comment: Text


class ById(Message):
    """`comments/delete`."""

    id: str


class ChangedComment(ById):
    """`comments/update`."""

    comment: Text


class Transition(OfVersion, Called):
    """`transition-requests/create`, `reject`."""

    stage: str
    comment: Text = ""


class Approval(Transition):
    """`transition-requests/approve`."""

    archive_existing_versions: bool


class Cancelled(Transition):
    """`transition-requests/delete`."""

    creator: str


def review_routes(reviews: Reviews) -> list[Route]:
    """Every method of `comments` and of `transition-requests`."""

    def create(m: NewComment) -> Answer:
        return {"comment": _comment(reviews.add_comment(m.name, m.version, m.comment, m.caller))}

    def request(m: Transition) -> Answer:
        made = reviews.request(m.name, m.version, m.stage, m.comment, m.caller)
        actions = ["APPROVE_TRANSITION_REQUEST", "REJECT_TRANSITION_REQUEST", "CANCEL_TRANSITION_REQUEST"]
        return {"request": _shown(made) | {"available_actions": actions}}

    def approve(m: Approval) -> Answer:
        archive = m.archive_existing_versions
        done = reviews.approve(m.name, m.version, m.stage, m.comment, m.caller, archive=archive)
        return {"activity": _shown(done)}

    def reject(m: Transition) -> Answer:
        return {"activity": _shown(reviews.reject(m.name, m.version, m.stage, m.comment, m.caller))}

    def cancel(m: Cancelled) -> Answer:
        done = reviews.cancel(m.name, m.version, m.stage, m.creator, m.comment, m.caller)
        return {"activity": _shown(done)}

    def listed(m: OfVersion) -> Answer:
        return {"requests": [_shown(each) for each in reviews.requests(m.name, m.version)]}

    comments, requests = "mlflow/comments", "mlflow/transition-requests"
    return [
        *routes("POST", f"{comments}/create", NewComment, create),
        *routes(
            "PATCH",
            f"{comments}/update",
            ChangedComment,
            lambda m: {"comment": _comment(reviews.change_comment(m.id, m.comment))},
        ),
        *routes("DELETE", f"{comments}/delete", ById, lambda m: reviews.remove_comment(m.id)),
        *routes("GET", f"{requests}/list", OfVersion, listed),
        *routes("POST", f"{requests}/create", Transition, request),
        *routes("POST", f"{requests}/approve", Approval, approve),
        *routes("POST", f"{requests}/reject", Transition, reject),
        *routes("DELETE", f"{requests}/delete", Cancelled, cancel),
    ]


def _shown(document: Document) -> Document:
    return {field: document[field] for field in _SHOWN if field in document}


def _comment(document: Document) -> Document:
    return _shown(document) | {"available_actions": ["EDIT_COMMENT", "DELETE_COMMENT"]}
