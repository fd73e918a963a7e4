"""What a client asks of the serving API: a model version as a served entity, and a config of some."""

from typing import Any

from databricks.sdk.service.serving import EndpointCoreConfigInput, ServedEntityInput

MODEL = "Penguin Predictor"


def entity(version: str, name: str = "predictor", model: str = MODEL) -> ServedEntityInput:
    return ServedEntityInput(
        name=name,
        entity_name=model,
        entity_version=version,
        workload_size="Small",
        scale_to_zero_enabled=True,
    )


def config(*entities: ServedEntityInput, **more: Any) -> EndpointCoreConfigInput:
    return EndpointCoreConfigInput(name="", served_entities=list(entities), **more)
