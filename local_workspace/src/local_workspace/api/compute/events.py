"""What happened to a cluster: https://docs.databricks.com/api/azure/workspace/clusters/events"""

from typing import Any, Literal

from pydantic import Field
from starlette.routing import Route

from local_workspace.api.wire import Answer, routes
from local_workspace.clusters.clusters import Clusters
from local_workspace.messages import Message, Number, PageToken

_DEFAULT_SIZE = 50


class ListEvents(Message):
    """Events of one cluster, newest first unless `order` is ASC: pages by number, or by `offset`."""

    cluster_id: str
    order: Literal["ASC", "DESC"] = "DESC"
    offset: Number = 0
    limit: int = Field(default=_DEFAULT_SIZE, ge=0, le=500)
    page_token: PageToken = ""
    page_size: int = Field(default=0, ge=0, le=500)
    event_types: list[str] = Field(default_factory=list)
    start_time: int = 0
    end_time: int | None = None

    @property
    def first(self) -> int:
        """How many events are before this page."""
        return int(self.page_token) if self.page_token else self.offset

    @property
    def size(self) -> int:
        """How many events the page has at most."""
        return self.page_size or self.limit or _DEFAULT_SIZE


def event_routes(clusters: Clusters, versions: str) -> list[Route]:
    """The one route of events."""
    return routes("POST", "clusters/events", ListEvents, lambda m: _events(clusters, m), versions)


def _events(clusters: Clusters, request: ListEvents) -> Answer:
    found = [event for event in clusters.events(request.cluster_id) if _is_wanted(event, request)]
    if request.order != "ASC":
        found.reverse()
    following = request.first + request.size
    answer: dict[str, Any] = {"events": found[request.first : following], "total_count": len(found)}
    if request.first:
        answer["prev_page_token"] = str(max(0, request.first - request.size))
    if following < len(found):
        answer["next_page_token"] = str(following)
        asked = request.model_dump(exclude_unset=True, exclude={"page_token"})
        answer["next_page"] = asked | {"offset": following}
    return answer


def _is_wanted(event: dict[str, Any], request: ListEvents) -> bool:
    is_in_time = request.start_time <= event["timestamp"] and (
        request.end_time is None or event["timestamp"] <= request.end_time
    )
    return is_in_time and (not request.event_types or event["type"] in request.event_types)
