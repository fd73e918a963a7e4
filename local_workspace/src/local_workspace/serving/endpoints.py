"""Serving endpoints: their definitions in the store, their deployments in processes.

A new configuration is deployed beside the one that serves and replaces it only when every version of it has
answered; when one fails, the old one goes on serving. After a restart what was served is started again.
"""

import secrets
import threading
from collections.abc import Sequence
from typing import Any

from local_workspace.clock import Clock, milliseconds
from local_workspace.errors import (
    InvalidParameterValue,
    NameTaken,
    ResourceConflict,
    ResourceDoesNotExist,
    TemporarilyUnavailable,
)
from local_workspace.mlflow.mlflow import Mlflow
from local_workspace.processes.processes import Processes
from local_workspace.serving.config import ServedEntity, ServingConfig
from local_workspace.serving.deployment import Deployment
from local_workspace.serving.document import FAILED, IDLE, UPDATING, to_wire
from local_workspace.serving.limits import RateLimit, RateLimiter
from local_workspace.serving.places import ServingPlaces
from local_workspace.serving.schema.openapi import endpoint_schema
from local_workspace.serving.served_model import ServedModel
from local_workspace.serving.usage import EndpointUsage
from local_workspace.settings import Settings
from local_workspace.store import Document, Store


class Endpoints:
    """Every endpoint of the workspace. One lock guards all; nothing slow is done under it."""

    def __init__(
        self, settings: Settings, store: Store, clock: Clock, processes: Processes, mlflow: Mlflow
    ) -> None:
        self._documents = store.collection("serving_endpoints")
        self._creator = settings.user_name
        self._clock = clock
        self._processes = processes
        self._mlflow = mlflow
        self._places = ServingPlaces(settings)
        self._limiter = RateLimiter(clock)
        self.usage = EndpointUsage(clock)
        self._lock = threading.RLock()
        self._active: dict[str, Deployment] = {}
        self._pending: dict[str, Deployment] = {}

    def start(self) -> None:
        """Serve again what the last server of this root served, or was about to."""
        self._places.clear()
        for document in self._documents.values():
            if document["config"]:
                self._redeploy(document["name"], document["config"])
            if document["config_update"] == UPDATING:
                self._deploy(document["name"], document["pending_config"])

    def stop(self) -> None:
        """End every scoring server."""
        with self._lock:
            active, pending = self._active, self._pending
            self._active, self._pending = {}, {}
        enders = [threading.Thread(target=deployment.stop) for deployment in active.values()]
        for name, deployment in pending.items():
            enders.append(threading.Thread(target=deployment.stop, args=(active.get(name),)))
        for ender in enders:
            ender.start()
        for ender in enders:
            ender.join()
        self._places.remove()

    def create(self, name: str, config: ServingConfig, about: dict[str, Any]) -> Document:
        """A new endpoint that starts to deploy `config`; `about` has its tags and description."""
        self._check_models(config)
        now = milliseconds(self._clock.now())
        with self._lock:
            if self._documents.get(name):
                raise NameTaken(f"Endpoint with name '{name}' already exists.")
            document = {
                "name": name,
                "id": secrets.token_hex(16),
                "creator": self._creator,
                "creation_timestamp": now,
                "last_version": 0,
                "config": None,
            }
            return self._begin(document | about, config)

    def update_config(self, name: str, config: ServingConfig) -> Document:
        """Deploy `config` beside what serves; ResourceConflict while an earlier update is in progress."""
        self._check_models(config)
        with self._lock:
            document = self._document(name)
            if document["config_update"] == UPDATING:
                raise ResourceConflict(f"Endpoint '{name}' is being updated: wait until that is done.")
            return self._begin(document, config)

    def change_tags(self, name: str, add: dict[str, str], remove: set[str]) -> dict[str, str]:
        """Add or replace tags, then remove some; all tags afterwards."""
        with self._lock:
            tags = self._document(name)["tags"] | add
            tags = {key: value for key, value in tags.items() if key not in remove}
            self._documents.update(name, tags=tags)
        return tags

    def set_rate_limits(self, name: str, limits: Sequence[RateLimit]) -> None:
        """Limit the calls from now on, in place of earlier limits."""
        with self._lock:
            self._document(name)
            self._documents.update(name, rate_limits=[limit.model_dump() for limit in limits])

    def admit(self, name: str, caller: str, *, is_optimized: bool = False) -> str:
        """Count a call, and return the endpoint's id. Raises `TooManyRequests` if a limit is reached.

        `is_optimized`: it came by the endpoint's own URL, as all to one that is route optimized must.
        """
        document = self._document(name)
        if document["route_optimized"] != is_optimized:
            instead = "is not route optimized" if is_optimized else "is route optimized: use its endpoint_url"
            raise InvalidParameterValue(f"Endpoint '{name}' {instead}.")
        if limits := document.get("rate_limits"):
            self._limiter.count(name, [RateLimit.model_validate(each) for each in limits], caller)
        return str(document["id"])

    def metrics(self, name: str) -> str:
        """How it is used, in Prometheus' text format."""
        with self._lock:
            self._document(name)
            active = self._active.get(name)
        return self.usage.text(name, list(active.models) if active else [])

    def require_id(self, endpoint_id: str) -> None:
        """Refuse an id that no endpoint has."""
        if all(document["id"] != endpoint_id for document in self._documents.values()):
            raise ResourceDoesNotExist(f"Serving endpoint with id {endpoint_id!r} does not exist.")

    def get(self, name: str) -> Document:
        """The endpoint as clients see it."""
        with self._lock:
            return self._to_wire(self._document(name))

    def list(self) -> list[Document]:
        """All endpoints."""
        with self._lock:
            return [self._to_wire(document) for document in self._documents.values()]

    def delete(self, name: str) -> None:
        """Forget the endpoint, then end its processes."""
        with self._lock:
            self._document(name)
            self._documents.delete(name)
            active, pending = self._active.pop(name, None), self._pending.pop(name, None)
        if pending:
            pending.stop(goes_on=active)
        if active:
            active.stop()

    def choose(self, name: str, served: str | None) -> tuple[str, ServedModel]:
        """The served version that answers a request to the endpoint, with its name."""
        return self._serving(name).choose(served)

    def schema(self, name: str, url: str) -> Document:
        """The OpenAPI description of an endpoint that is asked at `url`: of the versions that serve."""
        return endpoint_schema(
            name, url, {served: model.signature() for served, model in self._serving(name).models.items()}
        )

    def log(self, name: str, served: str) -> str:
        """What the scoring server of a served version has written."""
        return self._served(name, served).log()

    def build_log(self, name: str, served: str) -> str:
        """How far a served version has come: no image is built here, its server is started as it is."""
        model = self._served(name, served)
        return f"No image is built by the local workspace. {model.state}: {model.message}".strip() + "\n"

    def _serving(self, name: str) -> Deployment:
        with self._lock:
            self._document(name)
            active = self._active.get(name)
        if active is None:
            raise TemporarilyUnavailable(f"Endpoint '{name}' has no served version that is ready yet.")
        return active

    def _served(self, name: str, served: str) -> ServedModel:
        with self._lock:
            self._document(name)
            deployments = [self._pending.get(name), self._active.get(name)]
        for deployment in deployments:
            if deployment and served in deployment.models:
                return deployment.models[served]
        raise ResourceDoesNotExist(f"Endpoint '{name}' has no served model {served!r}.")

    def _begin(self, document: Document, config: ServingConfig) -> Document:
        now, version = milliseconds(self._clock.now()), document["last_version"] + 1
        pending = config.model_dump() | {"config_version": version, "start_time": now, "failures": {}}
        document |= {
            "last_updated_timestamp": now,
            "last_version": version,
            "pending_config": pending,
            "config_update": UPDATING,
        }
        name = document["name"]
        self._documents.put(name, document)
        self._deploy(name, pending)
        return self._to_wire(document)

    def _deploy(self, name: str, config: Document) -> None:
        deployment = self._deployment(name, config)
        self._pending[name] = deployment
        deployment.start(lambda settled, ready: self._settle(name, settled, ready=ready))

    def _redeploy(self, name: str, config: Document) -> None:
        """Serve a configuration that has served before: nothing waits for it, and nothing replaces it."""
        deployment = self._deployment(name, config)
        self._active[name] = deployment
        deployment.start(lambda _settled, _ready: None)

    def _deployment(self, name: str, config: Document) -> Deployment:
        def make(entity: ServedEntity) -> ServedModel:
            return ServedModel(
                f"{name}/{entity.name}",
                lambda: self._mlflow.model_folder(entity.entity_name, entity.entity_version),
                self._places.new(entity.name),
                self._processes,
                self._clock,
            )

        return Deployment(ServingConfig.model_validate(config), make, self._active.get(name))

    def _settle(self, name: str, deployment: Deployment, *, ready: bool) -> None:
        with self._lock:
            if self._pending.get(name) is not deployment:
                return  # deleted, or the server ends: whoever took it away stops it
            del self._pending[name]
            document = self._document(name)
            serving = self._active.get(name)
            ended, goes_on = (serving, deployment) if ready else (deployment, serving)
            if ready:
                self._active[name] = deployment
                changes: Document = {"config": document["pending_config"], "pending_config": None}
            else:
                failures = {entity: model.message for entity, model in deployment.models.items()}
                changes = {"pending_config": document["pending_config"] | {"failures": failures}}
            self._documents.update(name, config_update=IDLE if ready else FAILED, **changes)
        if ended:
            ended.stop(goes_on)

    def _check_models(self, config: ServingConfig) -> None:
        for entity in config.entities:
            self._mlflow.model_folder(entity.entity_name, entity.entity_version)

    def _document(self, name: str) -> Document:
        document = self._documents.get(name)
        if document is None:
            raise ResourceDoesNotExist(f"Serving endpoint with name '{name}' does not exist.")
        return document

    def _to_wire(self, document: Document) -> Document:
        name = document["name"]
        return to_wire(document, self._active.get(name), self._pending.get(name))
