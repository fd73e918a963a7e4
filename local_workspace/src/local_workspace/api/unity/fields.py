"""What requests and answers of Unity Catalog's objects share."""

from typing import Annotated, Any

from pydantic import Field

from local_workspace.api.wire import Answer
from local_workspace.messages import Message, PageToken
from local_workspace.store import Document

LARGEST_PAGE = 1000
# Of Databricks' own metastores; clients only pass it on.
METASTORE_ID = "00000000-0000-4000-8000-000000000001"

Text = Annotated[str, Field(max_length=65_536)]
Properties = Annotated[dict[str, Text], Field(max_length=100)]


class ByFullName(Message):
    """One object."""

    full_name: str


class Delete(ByFullName):
    """`delete`; `force` also removes what is in it."""

    force: bool = False


class Update(ByFullName):
    """What every kind of object lets change."""

    comment: Text | None = None
    owner: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    properties: Properties | None = None
    new_name: str | None = None

    def changes(self) -> dict[str, Any]:
        """What the client has said."""
        return self.model_dump(include={"comment", "owner", "properties"}, exclude_none=True)


class Page(Message):
    """One page of a list; 0 leaves its size to the server."""

    max_results: Annotated[int, Field(ge=0)] = 0
    page_token: PageToken = ""

    def of(self, found: list[Document], key: str) -> Answer:
        """The page of what was found, and the token of the next one; no field for an empty list."""
        size = min(self.max_results or LARGEST_PAGE, LARGEST_PAGE)
        first = int(self.page_token or 0)
        answer: dict[str, Any] = {key: found[first : first + size]} if found[first:] else {}
        return answer | ({"next_page_token": str(first + size)} if len(found) > first + size else {})


def shown(document: Document) -> Document:
    """What all kinds of objects have in an answer."""
    return document | {"metastore_id": METASTORE_ID}
