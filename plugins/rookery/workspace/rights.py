"""Whether a user may register a version of a model in Unity Catalog, as far as owners and grants tell.

A new model needs CREATE MODEL on the schema, a new version of a model its owner, or CREATE MODEL VERSION:
https://docs.databricks.com/machine-learning/manage-model-lifecycle/upgrade-workflows.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from rookery.exceptions import PlanError

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.service.catalog import EffectivePrivilege, EffectivePrivilegeAssignment

_CREATE_VERSION = "CREATE_MODEL_VERSION"
_USER = re.compile(r".+@.+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class _Right(NamedTuple):
    """What a user has to be granted; `included_in` are the privileges that have it."""

    privilege: str
    kind: str
    name: str
    owner: str | None
    included_in: frozenset[str]

    def grant(self, user_name: str) -> str:
        """The statement that grants it."""
        name = ".".join(f"`{part}`" for part in self.name.split("."))
        return f"GRANT {self.privilege} ON {self.kind} {name} TO `{user_name}`"


def require_right_to_register(workspace: WorkspaceClient, model: str, user_name: str) -> str:
    """What would become of the three-part name `model`, in words, with a doubt if there is one.

    A grant to a group counts in the user's favour: whether the user is a member cannot be told from here.
    Raises PlanError if the right is granted to neither the user nor a group.
    """
    right, fact = _wanted(workspace, model)
    if right.owner == user_name:
        return fact
    holders = _holders(workspace, right)
    if holders is None:
        return f"{fact}; whether {user_name} has {right.privilege} could not be asked"
    if user_name in holders:
        return fact
    groups = sorted(each for each in holders if not _USER.fullmatch(each))
    if groups:
        return f"{fact}, if {user_name} is a member of {' or '.join(groups)}"
    raise PlanError(
        f"{user_name} lacks {right.privilege}, so the model could not be registered after all the training; "
        f"have it granted by {right.owner or 'the owner'}: {right.grant(user_name)}"
    )


def _wanted(workspace: WorkspaceClient, model: str) -> tuple[_Right, str]:
    from databricks.sdk.errors import NotFound

    name = model.rpartition(".")[0]
    # https://docs.databricks.com/api/azure/workspace/schemas/get
    schema = workspace.schemas.get(name)
    try:
        found = workspace.registered_models.get(model)
    except NotFound:
        enough = frozenset({"CREATE_MODEL", "CREATE_FUNCTION", "ALL_PRIVILEGES"})
        right = _Right("CREATE MODEL", "SCHEMA", name, schema.owner, enough)
        return right, f"{model} will be created in Unity Catalog"
    # To grants and to SQL, a model is a function.
    enough = frozenset({_CREATE_VERSION, "ALL_PRIVILEGES"})
    right = _Right("CREATE MODEL VERSION", "FUNCTION", model, found.owner, enough)
    return right, f"{model} is there in Unity Catalog; a version will be added"


def _holders(workspace: WorkspaceClient, right: _Right) -> set[str] | None:
    """Who has the right, the owner included; None if the workspace does not tell."""
    from databricks.sdk import errors

    try:
        assignments = list(_assignments(workspace, right))
    except (errors.BadRequest, errors.NotFound, errors.PermissionDenied):
        return None
    granted = {
        str(each.principal)
        for each in assignments
        if any(_value(privilege) in right.included_in for privilege in each.privileges or [])
    }
    return granted | ({right.owner} if right.owner else set())


def _assignments(workspace: WorkspaceClient, right: _Right) -> Iterator[EffectivePrivilegeAssignment]:
    # https://docs.databricks.com/api/azure/workspace/grants/geteffective
    token = None
    while token != "":
        page = workspace.grants.get_effective(right.kind.lower(), right.name, max_results=0, page_token=token)
        yield from page.privilege_assignments or []
        token = page.next_page_token or ""


def _value(privilege: EffectivePrivilege) -> str:
    # CREATE MODEL VERSION is younger than the SDK, which makes None of what it does not know.
    return privilege.privilege.value if privilege.privilege else _CREATE_VERSION
