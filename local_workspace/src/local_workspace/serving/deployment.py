"""One configuration of an endpoint with its served versions: being started, serving, or ended.

A version that is served unchanged in the next configuration goes on in its process: a change of the traffic
starts nothing.
"""

import secrets
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from local_workspace.errors import ResourceDoesNotExist, TemporarilyUnavailable
from local_workspace.serving.config import ServedEntity, ServingConfig
from local_workspace.serving.served_model import READY, ServedModel

StartEntity = Callable[[ServedEntity], ServedModel]


class Deployment:
    """The served versions of a configuration, by entity name."""

    def __init__(self, config: ServingConfig, make: StartEntity, serving: "Deployment | None" = None) -> None:
        self.config = config
        kept = {entity.name: serving.keeps(entity) for entity in config.entities} if serving else {}
        self._new = [entity for entity in config.entities if not kept.get(entity.name)]
        self.models = {entity.name: kept.get(entity.name) or make(entity) for entity in config.entities}

    def keeps(self, entity: ServedEntity) -> ServedModel | None:
        """The process that serves exactly this, if it answers."""
        model = self.models.get(entity.name)
        return model if model and entity in self.config.entities and model.state == READY else None

    def start(self, settled: Callable[["Deployment", bool], None]) -> None:
        """Start every version that is new; `settled` is told, in a thread, whether all have answered."""
        for entity in self._new:
            self.models[entity.name].start(entity.environment_vars)
        threading.Thread(target=lambda: settled(self, self._await_outcome()), daemon=True).start()

    @property
    def is_ready(self) -> bool:
        """Whether every version answers."""
        return all(model.state == READY for model in self.models.values())

    def choose(self, name: str | None) -> tuple[str, ServedModel]:
        """The named version, or one by the traffic's shares; TemporarilyUnavailable if it does not answer."""
        if name is None:
            shares = self.config.traffic
            name = secrets.SystemRandom().choices(list(shares), list(shares.values()))[0]
        model = self.models.get(name)
        if model is None:
            raise ResourceDoesNotExist(f"Served model {name!r} does not exist.")
        if model.state != READY:
            raise TemporarilyUnavailable(f"Served model {name!r} is not ready: {model.message}")
        return name, model

    def stop(self, goes_on: "Deployment | None" = None) -> None:
        """End every version's process, all at once, but those that another deployment goes on with."""
        others = list(goes_on.models.values()) if goes_on else []
        ending = [model for model in self.models.values() if model not in others]
        with ThreadPoolExecutor(max(1, len(ending))) as pool:
            list(pool.map(ServedModel.stop, ending))

    def _await_outcome(self) -> bool:
        outcomes = [self.models[entity.name].await_outcome() for entity in self._new]
        return all(outcomes)
