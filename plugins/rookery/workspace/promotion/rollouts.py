"""A version that is deployed beside the champion takes its place, step by step, or is given up."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from rookery.workspace import storage
from rookery.workspace.endpoints import states, traffic
from rookery.workspace.endpoints.checks import Latencies, check_examples
from rookery.workspace.endpoints.states import Served
from rookery.workspace.endpoints.traffic import ALL, Share
from rookery.workspace.promotion import roles
from rookery.workspace.requests.polling import SYSTEM_CLOCK, Clock, poll
from rookery_jobs.contract import TAG_EXAMPLES, Examples

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rollout:
    """A version at an endpoint, where it is deployed already, at 0 % of the requests if another one serves.

    `require_wanted` raises TaskStopped when nobody wants it any more; it is asked before each change.
    """

    workspace: WorkspaceClient
    endpoint_name: str
    served: Served
    label_type: str
    timeout: timedelta
    probabilities: bool = False
    require_wanted: Callable[[], object] = lambda: None
    clock: Clock = SYSTEM_CLOCK

    @property
    def address(self) -> str:
        """The name of the version at the endpoint."""
        return str(self.served.entity().name)

    def check(self) -> Latencies | None:
        """Ask the version, by its own address, what it must answer: see `checks.check_examples`. None for a
        version without such rows: it was registered before there were any, they were deleted, or no test row
        is complete."""
        path = roles.version_tags(self.workspace, self.served.registered_model_name, self.served.version).get(
            TAG_EXAMPLES
        )
        text = storage.read_text_if_there(self.workspace, path) if path else None
        examples = Examples.from_json(text) if text else None
        if examples is None or not examples.answers:
            log.warning("Version %s has no rows that it must answer: not compared", self.served.version)
            return None
        found = check_examples(
            self.workspace,
            self.endpoint_name,
            self.address,
            examples,
            self.label_type,
            probabilities=self.probabilities,
        )
        log.info("%d test rows are answered as by the model that was registered", len(examples.answers))
        return found

    def take_over(self, steps: Sequence[int]) -> str | None:
        """Give the version the requests, at once or by `steps` (percent), each followed by a check; make it
        the champion when it has all of them. The version that was champion before, if there is one.

        The version before stays at the endpoint until then, so that it can be given the requests again.
        """
        before = self._before()
        if before is not None:
            for percent in (*steps, ALL):
                self._shift([Share(before, ALL - percent), Share(self._entity, percent)])
                self.check()
        return roles.promote(self.workspace, self.served.registered_model_name, self.served.version)

    def finish(self) -> None:
        """Serve the version alone."""
        self._shift([Share(self._entity, ALL)])

    def give_up(self) -> str:
        """Have the version before serve alone again; what became of that, in words."""
        try:
            return self._given_up()
        except Exception as error:
            return f"to give it up failed too: {error}"

    def _given_up(self) -> str:
        endpoint = poll(
            lambda: self.workspace.serving_endpoints.get(self.endpoint_name),
            until=lambda seen: not states.is_updating(seen),
            timeout=self.timeout.total_seconds(),
            told=states.state_of,
            clock=self.clock,
        )
        before = self._before()
        if before is None:
            return "no other version served before it, so it is left as it is"
        if traffic.is_shared(endpoint, [Share(before, ALL)]):
            return f"version {before['entity_version']} serves as before"
        traffic.shift(
            self.workspace,
            self.endpoint_name,
            [Share(before, ALL)],
            timeout=self.timeout,
            clock=self.clock,
        )
        return f"version {before['entity_version']} serves alone again, and stays the champion"

    @property
    def _entity(self) -> traffic.Entity:
        endpoint = self.workspace.serving_endpoints.get(self.endpoint_name)
        found = [each.entity for each in traffic.shares(endpoint) if each.entity["name"] == self.address]
        return found[0] if found else self.served.entity().as_dict()

    def _before(self) -> traffic.Entity | None:
        endpoint = self.workspace.serving_endpoints.get(self.endpoint_name)
        others = [each.entity for each in traffic.shares(endpoint) if each.entity["name"] != self.address]
        return next(iter(others), None)

    def _shift(self, wanted: Sequence[Share]) -> None:
        self.require_wanted()
        traffic.shift(self.workspace, self.endpoint_name, wanted, timeout=self.timeout, clock=self.clock)
