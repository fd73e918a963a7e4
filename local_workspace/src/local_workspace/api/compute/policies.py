"""Cluster policies and their families: https://docs.databricks.com/api/azure/workspace/clusterpolicies"""

from typing import Any, Literal

from pydantic import Field
from starlette.routing import Route

from local_workspace.api.wire import Answer, routes
from local_workspace.clusters.libraries.library import Library
from local_workspace.clusters.policies.families import FAMILIES, family
from local_workspace.clusters.policies.policies import ClusterPolicies
from local_workspace.messages import Message


class CreatePolicy(Message):
    """What a policy says; `definition` is JSON as text."""

    name: str = Field(min_length=1, max_length=100)
    definition: str | None = None
    description: str = ""
    libraries: list[Library] = Field(default_factory=list)
    max_clusters_per_user: int | None = Field(default=None, ge=1)
    policy_family_id: str | None = None
    policy_family_definition_overrides: str | None = None


class PolicyId(Message):
    """A request about one policy."""

    policy_id: str


class EditPolicy(CreatePolicy):
    """The whole policy anew."""

    policy_id: str


class ListPolicies(Message):
    """Policies in an order: by their names, or by when they were made, which is the default."""

    sort_column: Literal["POLICY_CREATION_TIME", "POLICY_NAME"] = "POLICY_CREATION_TIME"
    sort_order: Literal["ASC", "DESC"] = "DESC"


class FamilyId(Message):
    """A request about one family."""

    policy_family_id: str


def policy_routes(policies: ClusterPolicies) -> list[Route]:
    """Every method of policies and of their families."""
    path = "policies/clusters"
    families = "policy-families"
    return [
        *routes("POST", f"{path}/create", CreatePolicy, lambda m: {"policy_id": policies.create(_fields(m))}),
        *routes("POST", f"{path}/edit", EditPolicy, lambda m: policies.edit(m.policy_id, _fields(m))),
        *routes("POST", f"{path}/delete", PolicyId, lambda m: policies.delete(m.policy_id)),
        *routes("GET", f"{path}/get", PolicyId, lambda m: policies.get(m.policy_id)),
        *routes("GET", f"{path}/list", ListPolicies, lambda m: _list(policies, m)),
        *routes("GET", families, Message, lambda _: _families()),
        *routes("GET", f"{families}/{{policy_family_id}}", FamilyId, lambda m: _family(m.policy_family_id)),
    ]


def _fields(request: CreatePolicy) -> dict[str, Any]:
    for library in request.libraries:
        library.check(f"Policy {request.name}")
    return request.model_dump(exclude={"policy_id"}, exclude_none=True, exclude_unset=True)


def _list(policies: ClusterPolicies, request: ListPolicies) -> Answer:
    key = "name" if request.sort_column == "POLICY_NAME" else "created_at_timestamp"
    found = sorted(policies.all(), key=lambda policy: policy[key], reverse=request.sort_order == "DESC")
    return {"policies": found, "total_count": len(found)}


def _families() -> Answer:
    return {"policy_families": [each.to_wire() for each in FAMILIES.values()]}


def _family(policy_family_id: str) -> Answer:
    return family(policy_family_id).to_wire()
