"""What a client sends, as typed fields."""

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from local_workspace.errors import InvalidParameterValue

# What `next_page_token` of a list holds: the number of the first entry; "" for the first page.
PageToken = Annotated[str, Field(pattern=r"^[0-9]{0,18}$")]
# A number that SQLite, a file's offset or a process takes.
Number = Annotated[int, Field(ge=0, le=2**63 - 1)]


class Message(BaseModel):
    """Fields of a request: unknown ones are ignored, numbers may come as strings."""

    model_config = ConfigDict(extra="ignore", frozen=True)


M = TypeVar("M", bound=Message)


def parsed(message: type[M], fields: Mapping[str, Any]) -> M:
    """The fields as a message; `InvalidParameterValue` names every field that is missing or wrong."""
    try:
        return message.model_validate(fields)
    except ValidationError as error:
        raise InvalidParameterValue("; ".join(_problem(e) for e in error.errors())) from error


def _problem(error: Any) -> str:
    field = ".".join(str(part) for part in error["loc"])
    if error["type"] == "missing":
        return f"Missing required field: {field}"
    return f"Invalid value for {field}: {error['msg']}"


def refuse_secret_references(field: str, values: Mapping[str, str]) -> None:
    """`InvalidParameterValue` for a value `{{secrets/scope/key}}`, which Databricks replaces by a secret.

    Clusters have secrets here; what cannot have them refuses the reference, which would be a wrong value.
    """
    for name, value in values.items():
        if value.strip().startswith("{{secrets/"):
            raise InvalidParameterValue(
                f"{field}.{name}: the local workspace resolves secrets for clusters only, so not "
                f"{value.strip()}."
            )
