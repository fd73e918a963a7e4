"""What a client sends, as typed fields."""

from pydantic import BaseModel, ConfigDict


class Message(BaseModel):
    """Fields of a request: unknown ones are ignored, numbers may come as strings."""

    model_config = ConfigDict(extra="ignore", frozen=True)
