"""Which route answers a request: of the hundreds that there are, only those are tried that begin as its path.

Starlette's own router tries one after the other, which takes longer than most answers do.
"""

from collections.abc import Sequence

from starlette.routing import BaseRoute, Route, Router
from starlette.types import Receive, Scope, Send

# Segments of a path that are looked at: `/api/2.2/jobs/runs`.
_DEPTH = 4

Beginning = tuple[str, ...]


class IndexedRouter:
    """Routes by the segments with which their paths begin; the first that matches answers, as in a list."""

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        begins = [_beginning(route) for route in routes]
        pairs = list(zip(begins, routes, strict=True))
        self._routers = {
            known: Router(
                [route for begin, route in pairs if known[: len(begin)] == begin], redirect_slashes=False
            )
            for known in {(), *begins}
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer by the routes of the longest beginning that the path has."""
        segments = tuple(scope["path"].split("/")[1 : _DEPTH + 1])
        beginnings = (segments[:length] for length in range(len(segments), -1, -1))
        router = next(self._routers[each] for each in beginnings if each in self._routers)
        await router(scope, receive, send)


def _beginning(route: BaseRoute) -> Beginning:
    """The first segments of a route's path, up to one that is a parameter; none of what is mounted."""
    if not isinstance(route, Route):
        return ()
    segments = route.path.split("/")[1 : _DEPTH + 1]
    parameters = [index for index, segment in enumerate(segments) if "{" in segment]
    return tuple(segments[: parameters[0]] if parameters else segments)
