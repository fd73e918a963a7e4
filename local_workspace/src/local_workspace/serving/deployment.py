"""One configuration of an endpoint with its served versions: being started, serving, or ended."""

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

    def __init__(self, config: ServingConfig, make: StartEntity) -> None:
        self.config = config
        self._environments = {entity.name: entity.environment_vars for entity in config.entities}
        self.models = {entity.name: make(entity) for entity in config.entities}

    def start(self, settled: Callable[["Deployment", bool], None]) -> None:
        """Start every version; `settled` is told, in a thread, whether all have answered."""
        for name, model in self.models.items():
            model.start(self._environments[name])
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

    def stop(self) -> None:
        """End every version's process, all at once."""
        with ThreadPoolExecutor(len(self.models)) as pool:
            list(pool.map(ServedModel.stop, self.models.values()))

    def _await_outcome(self) -> bool:
        outcomes = [model.await_outcome() for model in self.models.values()]
        return all(outcomes)
