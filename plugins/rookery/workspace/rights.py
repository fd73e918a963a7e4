"""Whether a user may register a version of a model in Unity Catalog, or write into a Volume, as far as owners
and grants tell.

A new model needs CREATE MODEL on the schema, and is its maker's then. A new version of a model needs its
owner, or CREATE MODEL VERSION and, for the aliases that tell champion from challenger, MANAGE:
https://docs.databricks.com/machine-learning/manage-model-lifecycle/upgrade-workflows.html and
https://docs.databricks.com/api/azure/workspace/registeredmodels/setalias
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from rookery.exceptions import PlanError
from rookery.workspace.questions import refused

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.service.catalog import (
        EffectivePrivilege,
        EffectivePrivilegeAssignment,
        SchemaInfo,
    )

_CREATE_VERSION = "CREATE_MODEL_VERSION"
_USER = re.compile(r".+@.+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class _Right(NamedTuple):
    """A privilege that a user has to be granted, what could not be done without it, and the privileges that
    include it."""

    privilege: str
    otherwise: str
    included_in: frozenset[str]


class _Wanted(NamedTuple):
    """Rights on an object; its owner has them all. `fact` is what would become of the model, in words."""

    kind: str
    name: str
    owner: str | None
    rights: tuple[_Right, ...]
    fact: str

    def grant(self, right: _Right, user_name: str) -> str:
        """The statement that grants one."""
        name = ".".join(f"`{part}`" for part in self.name.split("."))
        return f"GRANT {right.privilege} ON {self.kind} {name} TO `{user_name}`"


# Who has ALL PRIVILEGES has MANAGE only if that is granted too.
_MODEL = _Right(
    "CREATE MODEL",
    "the model could not be registered after all the training",
    frozenset({"CREATE_MODEL", "CREATE_FUNCTION", "ALL_PRIVILEGES"}),
)
_VERSION = _Right(
    "CREATE MODEL VERSION",
    "the model could not be registered after all the training",
    frozenset({_CREATE_VERSION, "ALL_PRIVILEGES"}),
)
_ALIASES = _Right(
    "MANAGE",
    "the version could not be marked as challenger or champion after all the training",
    frozenset({"MANAGE"}),
)
_FILES = _Right("WRITE VOLUME", "no file could be put there", frozenset({"WRITE_VOLUME", "ALL_PRIVILEGES"}))


def require_right_to_register(workspace: WorkspaceClient, model: str, user_name: str) -> str:
    """What would become of the three-part name `model`, in words, with a doubt if there is one.

    A grant to a group counts in the user's favour: whether the user is a member cannot be told from here.
    Raises PlanError if a right is granted to neither the user nor a group.
    """
    return _require(workspace, _wanted(workspace, model), user_name)


def require_right_to_write(workspace: WorkspaceClient, volume: str, owner: str | None, user_name: str) -> str:
    """A doubt whether the user may write into a Volume, in words, or "".

    As for a model: raises PlanError if the right is granted to neither the user nor a group.
    """
    return _require(workspace, _Wanted("VOLUME", volume, owner, (_FILES,), ""), user_name)


def _require(workspace: WorkspaceClient, wanted: _Wanted, user_name: str) -> str:
    if wanted.owner == user_name:
        return wanted.fact
    granted = _granted(workspace, wanted)
    if granted is None:
        privileges = " and ".join(right.privilege for right in wanted.rights)
        return f"{wanted.fact}; whether {user_name} has {privileges} could not be asked"
    doubts = [_doubt(wanted, right, granted, user_name) for right in wanted.rights]
    return wanted.fact + "".join(dict.fromkeys(doubts))


def _wanted(workspace: WorkspaceClient, model: str) -> _Wanted:
    from databricks.sdk.errors import NotFound

    name = model.rpartition(".")[0]
    schema = required_schema(workspace, name)
    try:
        found = workspace.registered_models.get(model)
    except NotFound:
        return _Wanted("SCHEMA", name, schema.owner, (_MODEL,), f"{model} will be created in Unity Catalog")
    # To grants and to SQL, a model is a function.
    fact = f"{model} is there in Unity Catalog; a version will be added"
    return _Wanted("FUNCTION", model, found.owner, (_VERSION, _ALIASES), fact)


def required_schema(workspace: WorkspaceClient, name: str) -> SchemaInfo:
    """A schema that models are to be in. Raises PlanError if it is not there for the user."""
    from databricks.sdk.errors import NotFound, PermissionDenied

    try:
        # https://docs.databricks.com/api/azure/workspace/schemas/get
        return workspace.schemas.get(name)
    except NotFound as error:
        advice = f"create the schema once, by CREATE SCHEMA {name}, or name another"
        raise refused(error, advice) from error
    except PermissionDenied as error:
        catalog = name.partition(".")[0]
        advice = f"have USE CATALOG on {catalog} and USE SCHEMA on {name} granted, or name another"
        raise refused(error, advice) from error


def _doubt(
    wanted: _Wanted, right: _Right, granted: Sequence[EffectivePrivilegeAssignment], user_name: str
) -> str:
    """ "" for a right that the user has, or a doubt in words. Raises PlanError without the right."""
    holders = {
        str(each.principal)
        for each in granted
        if any(_value(privilege) in right.included_in for privilege in each.privileges or [])
    } | ({wanted.owner} if wanted.owner else set())
    if user_name in holders:
        return ""
    groups = sorted(each for each in holders if not _USER.fullmatch(each))
    if groups:
        return f", if {user_name} is a member of {' or '.join(groups)}"
    raise PlanError(
        f"{user_name} lacks {right.privilege}, so {right.otherwise}; "
        f"have it granted by {wanted.owner or 'the owner'}: {wanted.grant(right, user_name)}"
    )


def _granted(workspace: WorkspaceClient, wanted: _Wanted) -> list[EffectivePrivilegeAssignment] | None:
    """What is granted, to whom; None if the workspace does not tell."""
    from databricks.sdk import errors

    try:
        return list(_assignments(workspace, wanted))
    except (errors.BadRequest, errors.NotFound, errors.PermissionDenied):
        return None


def _assignments(workspace: WorkspaceClient, wanted: _Wanted) -> Iterator[EffectivePrivilegeAssignment]:
    # https://docs.databricks.com/api/azure/workspace/grants/geteffective
    token = None
    while token != "":
        page = workspace.grants.get_effective(
            wanted.kind.lower(), wanted.name, max_results=0, page_token=token
        )
        yield from page.privilege_assignments or []
        token = page.next_page_token or ""


def _value(privilege: EffectivePrivilege) -> str:
    # CREATE MODEL VERSION is younger than the SDK, which makes None of what it does not know.
    return privilege.privilege.value if privilege.privilege else _CREATE_VERSION
