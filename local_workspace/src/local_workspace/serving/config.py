"""What an endpoint serves: entities (model versions) and how requests are shared among them.

Rules and texts: https://docs.databricks.com/api/azure/workspace/servingendpoints/create
"""

import re
from typing import Any, Self

from pydantic import Field

from local_workspace.errors import InvalidParameterValue
from local_workspace.messages import Message, refuse_secret_references

NAME = re.compile(r"[A-Za-z0-9_-]+")
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]+")
WORKLOAD_SIZES = ("Small", "Medium", "Large")
MOST_ENTITIES = 10
ALL_TRAFFIC = 100


class ServedEntity(Message):
    """One served version. The older form calls it a model (`model_name`)."""

    name: str = ""
    entity_name: str = ""
    entity_version: str = Field(default="", coerce_numbers_to_str=True)
    workload_size: str = ""
    workload_type: str = "CPU"
    scale_to_zero_enabled: bool | None = None
    environment_vars: dict[str, str] = Field(default_factory=dict)

    def completed(self) -> Self:
        """With its default name, `<model>-<version>`; refuses what Databricks refuses."""
        for field in ("entity_name", "entity_version"):
            if not getattr(self, field):
                raise InvalidParameterValue(f"Missing required field: served_entities.{field}")
        if self.scale_to_zero_enabled is None:
            raise InvalidParameterValue(
                "scaleToZeroEnabled is undefined. Please set it to either true or false."
            )
        refuse_secret_references("environment_vars", self.environment_vars)
        _check_choice("workload_size", self.workload_size, WORKLOAD_SIZES)
        _check_choice("workload_type", self.workload_type, ("CPU",))
        name = self.name or f"{self.entity_name.rsplit('.', 1)[-1]}-{self.entity_version}"
        if not NAME.fullmatch(name):
            raise InvalidParameterValue(
                f"Invalid served entity name {name!r}: only letters, digits, dashes and underscores are "
                f"allowed. Give the served entity a `name`, for example {_NOT_IN_NAMES.sub('-', name)!r}."
            )
        return self.model_copy(update={"name": name})

    def to_wire(self) -> dict[str, Any]:
        """The fields that both forms have."""
        return self.model_dump(exclude={"entity_name", "entity_version"}, exclude_defaults=False)


class ServedModelForm(ServedEntity):
    """The older form of the same."""

    model_name: str = ""
    model_version: str = Field(default="", coerce_numbers_to_str=True)

    def entity(self) -> ServedEntity:
        """In the newer form."""
        fields = self.model_dump(exclude={"model_name", "model_version"})
        return ServedEntity(**fields | {"entity_name": self.model_name, "entity_version": self.model_version})


class Route(Message):
    """The share of the requests that one entity gets, in percent."""

    served_entity_name: str = ""
    served_model_name: str = ""
    traffic_percentage: int = Field(ge=0, le=ALL_TRAFFIC)

    @property
    def target(self) -> str:
        """The name of the entity."""
        return self.served_entity_name or self.served_model_name


class TrafficConfig(Message):
    """The shares of all entities."""

    routes: tuple[Route, ...] = ()


class ConfigRequest(Message):
    """`config` of a create, the body of an update: exactly one of the two lists."""

    served_entities: tuple[ServedEntity, ...] = ()
    served_models: tuple[ServedModelForm, ...] = ()
    traffic_config: TrafficConfig = TrafficConfig()
    # Inference tables: known only to be refused.
    auto_capture_config: dict[str, Any] | None = None

    def checked(self) -> "ServingConfig":
        """The complete configuration; InvalidParameterValue for what Databricks refuses."""
        if bool(self.served_entities) == bool(self.served_models):
            raise InvalidParameterValue("Exactly one of served_entities and served_models must be given.")
        given = self.served_entities or tuple(model.entity() for model in self.served_models)
        if len(given) > MOST_ENTITIES:
            raise InvalidParameterValue(f"{len(given)} served entities: at most {MOST_ENTITIES} are allowed.")
        entities = [entity.completed() for entity in given]
        names = [entity.name for entity in entities]
        if len(set(names)) < len(names):
            raise InvalidParameterValue(f"Served entity names must be unique: {', '.join(names)}.")
        return ServingConfig(entities=entities, traffic=_shares(names, self.traffic_config.routes))


class ServingConfig(Message):
    """A complete configuration: every entity named, every share known (percent, by entity name)."""

    entities: list[ServedEntity]
    traffic: dict[str, int]


def _shares(names: list[str], routes: tuple[Route, ...]) -> dict[str, int]:
    if not routes and len(names) == 1:
        return {names[0]: ALL_TRAFFIC}
    if not routes:
        raise InvalidParameterValue("traffic_config is required when an endpoint serves several entities.")
    unknown = [route.target for route in routes if route.target not in names]
    if unknown:
        raise InvalidParameterValue(f"traffic_config names {unknown[0]!r}, which is not a served entity.")
    shares = {route.target: route.traffic_percentage for route in routes}
    total = sum(route.traffic_percentage for route in routes)
    if total != ALL_TRAFFIC or len(shares) < len(routes):
        raise InvalidParameterValue(
            f"The traffic percentages must sum to 100, one route each; they sum to {total}."
        )
    return shares


def _check_choice(field: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise InvalidParameterValue(f"Invalid {field} {value!r}: this workspace offers {', '.join(allowed)}.")
