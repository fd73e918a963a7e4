"""Cluster policies: https://docs.databricks.com/api/azure/workspace/clusterpolicies"""

import json
import secrets
from collections.abc import Mapping
from typing import Any

from local_workspace.clock import Clock, milliseconds
from local_workspace.clusters.document import JOB
from local_workspace.clusters.libraries.library import Library
from local_workspace.clusters.policies.definition import CLUSTER_TYPE, definition_of
from local_workspace.clusters.policies.families import family
from local_workspace.clusters.spec import ClusterSpec
from local_workspace.errors import InvalidParameterValue, ResourceDoesNotExist
from local_workspace.messages import parsed
from local_workspace.settings import Settings
from local_workspace.store import Document, Store


class ClusterPolicies:
    """Every policy; safe to use from every thread."""

    def __init__(self, settings: Settings, store: Store, clock: Clock) -> None:
        self._user = settings.user_name
        self._store = store
        self._policies = store.collection("cluster_policies")
        self._clock = clock

    def create(self, fields: Mapping[str, Any]) -> str:
        """A new policy; its id."""
        policy_id = secrets.token_hex(8).upper()
        made = {
            "policy_id": policy_id,
            "creator_user_name": self._user,
            "created_at_timestamp": milliseconds(self._clock.now()),
            "is_default": False,
        }
        self._put(policy_id, dict(fields) | made)
        return policy_id

    def edit(self, policy_id: str, fields: Mapping[str, Any]) -> None:
        """Replace what a policy says. Clusters that are there keep what they were made with."""
        made = ("policy_id", "creator_user_name", "created_at_timestamp", "is_default")
        policy = self.get(policy_id)
        self._put(policy_id, dict(fields) | {name: policy[name] for name in made})

    def get(self, policy_id: str) -> Document:
        """`Policy`. Raises `ResourceDoesNotExist`."""
        policy = self._policies.get(policy_id)
        if policy is None:
            raise ResourceDoesNotExist(f"Policy {policy_id} does not exist.")
        return policy

    def all(self) -> list[Document]:
        """All of them, oldest first."""
        return self._policies.values()

    def delete(self, policy_id: str) -> None:
        """Forget a policy; clusters of it go on."""
        self.get(policy_id)
        self._policies.delete(policy_id)

    def applied(self, spec: ClusterSpec, source: str) -> ClusterSpec:
        """A request with what its policy fixes. Raises `InvalidParameterValue` if it breaks a rule.

        `source`: who asks for the cluster; a policy may be for jobs or for clusters of the API alone.
        """
        if not spec.policy_id:
            return spec
        try:
            definition = definition_of(self.get(spec.policy_id)["definition"])
        except ResourceDoesNotExist as error:
            raise InvalidParameterValue(str(error)) from error
        wants_defaults = spec.apply_policy_default_values
        fields = definition.applied(spec.to_wire(), with_defaults=wants_defaults)
        definition.check(fields | {CLUSTER_TYPE: "job" if source == JOB else "all-purpose"})
        return parsed(ClusterSpec, fields)

    def libraries(self, policy_id: str | None) -> list[Library]:
        """What every cluster of a policy has installed."""
        if not policy_id:
            return []
        return [Library.model_validate(each) for each in self.get(policy_id).get("libraries", ())]

    def most_clusters(self, policy_id: str) -> int | None:
        """How many clusters of a policy a user may have at once; None for any number."""
        most: int | None = self.get(policy_id).get("max_clusters_per_user")
        return most

    def _put(self, policy_id: str, policy: Document) -> None:
        policy = policy | {"definition": _whole_definition(policy)}
        definition_of(policy["definition"])
        with self._store.transaction():
            if any(
                each["name"] == policy["name"] and each["policy_id"] != policy_id
                for each in self._policies.values()
            ):
                raise InvalidParameterValue(f"Policy with name {policy['name']} already exists.")
            self._policies.put(policy_id, policy)


def _whole_definition(policy: Document) -> str:
    """That of the policy's family with the policy's own rules in it, or the policy's own."""
    family_id, own = policy.get("policy_family_id"), policy.get("definition")
    if not family_id:
        return own or "{}"
    if own:
        raise InvalidParameterValue(
            "definition and policy_family_id cannot both be given: put changes into "
            "policy_family_definition_overrides."
        )
    overrides = policy.get("policy_family_definition_overrides") or "{}"
    definition_of(overrides)
    return json.dumps(family(family_id).definition | json.loads(overrides))
