"""Fields that requests of models and of versions share."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator, Field

from local_workspace.messages import Message, PageToken
from local_workspace.mlflow.catalog.names import ModelName, model_name
from local_workspace.store import Document, Page

LARGEST_PAGE = 10_000
DEFAULT_PAGE = 100


class Tag(Message):
    """A key and its value."""

    key: str
    value: str = ""


class ByName(Message):
    """A model."""

    name: str

    @property
    def model(self) -> ModelName:
        """Its name, checked."""
        return model_name(self.name)


class ByVersion(ByName):
    """A version of a model."""

    version: str


class Search(Message):
    """One page of a list."""

    filter: str = ""
    max_results: Annotated[
        int, Field(ge=0), AfterValidator(lambda n: min(n or DEFAULT_PAGE, LARGEST_PAGE))
    ] = 0
    page_token: PageToken = ""

    @property
    def first(self) -> int:
        """The number of the first entry."""
        return int(self.page_token or 0)

    @property
    def count(self) -> int:
        """The largest number of entries."""
        return self.max_results or DEFAULT_PAGE

    def more(self, page: Page) -> dict[str, str]:
        """The token of the next page, if there is one."""
        return {"next_page_token": str(self.first + self.count)} if page.has_more else {}


def as_map(tags: Iterable[Tag]) -> dict[str, str]:
    """Tags by their keys."""
    return {tag.key: tag.value for tag in tags}


def as_list(document: Document) -> list[dict[str, str]]:
    """The tags of a document as the API gives them."""
    return [{"key": key, "value": value} for key, value in document["tags"].items()]
