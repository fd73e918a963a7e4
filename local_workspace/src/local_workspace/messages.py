"""What a client sends, as typed fields."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

# What `next_page_token` of a list holds: the number of the first entry; "" for the first page.
PageToken = Annotated[str, Field(pattern=r"^[0-9]{0,18}$")]
# A number that SQLite, a file's offset or a process takes.
Number = Annotated[int, Field(ge=0, le=2**63 - 1)]


class Message(BaseModel):
    """Fields of a request: unknown ones are ignored, numbers may come as strings."""

    model_config = ConfigDict(extra="ignore", frozen=True)
