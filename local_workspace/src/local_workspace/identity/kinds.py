"""The three kinds of principals: what each must have, and what is unique of it."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

_CORE = "urn:ietf:params:scim:schemas:core:2.0:"


@dataclass(frozen=True)
class Kind:
    """`path` is the name in the API's paths; `unique` the attribute that no two have in common."""

    path: str
    noun: str
    schema: str
    unique: str
    required: str
    fresh: Callable[[], dict[str, Any]] = field(default=dict)


USERS = Kind("Users", "User", f"{_CORE}User", "userName", "userName", lambda: {"active": True})
GROUPS = Kind("Groups", "Group", f"{_CORE}Group", "displayName", "displayName")
SERVICE_PRINCIPALS = Kind(
    "ServicePrincipals",
    "Service principal",
    f"{_CORE}ServicePrincipal",
    "applicationId",
    "displayName",
    lambda: {"active": True, "applicationId": str(uuid.uuid4())},
)
KINDS = (USERS, GROUPS, SERVICE_PRINCIPALS)
# Groups that every workspace has.
ADMINS, EVERYBODY = "admins", "users"
