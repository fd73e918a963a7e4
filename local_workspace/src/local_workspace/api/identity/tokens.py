"""Personal access tokens, one's own and everybody's: https://docs.databricks.com/api/azure/workspace/tokens"""

from typing import Any

from pydantic import Field
from starlette.routing import Route

from local_workspace.api.wire import Answer, Called, routes
from local_workspace.errors import InvalidParameterValue, ResourceDoesNotExist
from local_workspace.identity.callers import Callers
from local_workspace.identity.kinds import SERVICE_PRINCIPALS
from local_workspace.identity.principals import Principals
from local_workspace.messages import Message
from local_workspace.store import Document

# Two years, the longest that Databricks allows by default.
_MOST_SECONDS = 730 * 24 * 3600


class CreateToken(Called):
    """A token of the caller; without `lifetime_seconds` it is good for as long as one may be."""

    comment: str = ""
    lifetime_seconds: int = Field(default=_MOST_SECONDS, ge=0, le=_MOST_SECONDS)


class CreateForOther(CreateToken):
    """A token of a service principal."""

    application_id: str


class TokenId(Called):
    """A request about one token."""

    token_id: str


class ChangedComment(Message):
    """What may be changed of a token."""

    comment: str = ""


class ChangeToken(TokenId):
    """Another comment."""

    token: ChangedComment = ChangedComment()


class ListTokens(Message):
    """Everybody's tokens, or those that one has made."""

    created_by_username: str = ""


def token_routes(callers: Callers, principals: Principals) -> list[Route]:
    """`token/…`: the caller's own; `token-management/…`: everybody's."""
    one = "token-management/tokens/{token_id}"
    return [
        *routes("POST", "token/create", CreateToken, lambda m: _create(callers, m, m.caller)),
        *routes("POST", "token/delete", TokenId, lambda m: _delete(callers, m.token_id, m.caller)),
        *routes("GET", "token/list", Called, lambda m: _own(callers, m.caller)),
        *routes("PATCH", "token/{token_id}", ChangeToken, lambda m: _change(callers, m)),
        *routes("GET", "token-management/tokens", ListTokens, lambda m: _all(callers, m)),
        *routes("GET", one, TokenId, lambda m: {"token_info": _info(_found(callers, m.token_id))}),
        *routes("DELETE", one, TokenId, lambda m: _delete(callers, m.token_id)),
        *routes(
            "POST",
            "token-management/on-behalf-of/tokens",
            CreateForOther,
            lambda m: _create_for_other(callers, principals, m),
        ),
    ]


def _create(callers: Callers, request: CreateToken, owner: str) -> Answer:
    seconds = request.lifetime_seconds or None
    facts = {"comment": request.comment, "created_by": request.caller}
    secret, document = callers.personal.issue(owner, seconds, **facts)
    return {"token_value": secret, "token_info": _public(document)}


def _create_for_other(callers: Callers, principals: Principals, request: CreateForOther) -> Answer:
    found = principals.named(request.application_id)
    if found is None or found[0] is not SERVICE_PRINCIPALS:
        raise InvalidParameterValue(f"There is no service principal {request.application_id}.")
    return _create(callers, request, request.application_id)


def _delete(callers: Callers, token_id: str, owner: str | None = None) -> None:
    callers.personal.delete(_found(callers, token_id, owner))


def _change(callers: Callers, request: ChangeToken) -> None:
    document = _found(callers, request.token_id, request.caller)
    callers.personal.update(document, comment=request.token.comment)


def _own(callers: Callers, owner: str) -> Answer:
    return {"token_infos": [_public(each) for each in callers.personal.all() if each["owner"] == owner]}


def _all(callers: Callers, request: ListTokens) -> Answer:
    wanted = request.created_by_username
    found = [each for each in callers.personal.all() if wanted in ("", each["created_by"])]
    return {"token_infos": [_info(each) for each in found]}


def _found(callers: Callers, token_id: str, owner: str | None = None) -> Document:
    for document in callers.personal.all():
        if document["id"] == token_id and owner in (None, document["owner"]):
            return document
    raise ResourceDoesNotExist(f"Token {token_id} does not exist.")


def _public(document: Document) -> dict[str, Any]:
    """`PublicTokenInfo`."""
    shown = {name: document[name] for name in ("creation_time", "expiry_time", "comment")}
    return {"token_id": document["id"]} | shown


def _info(document: Document) -> dict[str, Any]:
    """`TokenInfo`, with whose it is."""
    return _public(document) | {"created_by_username": document["created_by"], "owner": document["owner"]}
