"""Asks one scoring server, over its Unix socket."""

import asyncio
from pathlib import Path
from typing import NamedTuple

import aiohttp

# Databricks ends an invocation after 297 seconds
# (https://docs.databricks.com/azure/machine-learning/model-serving/model-serving-limits).
TIMEOUT = aiohttp.ClientTimeout(total=297.0)
# Below the scoring server's own, so that no request is sent on a connection that it is closing.
KEEP_ALIVE_SECONDS = 60.0


class ScoringAnswer(NamedTuple):
    """What a scoring server has answered: an HTTP status and a body."""

    status: int
    content: bytes


class NoAnswer(Exception):
    """The scoring server was not reached, or ended before it had answered."""


class ScorerClient:
    """Keeps connections to the server between requests. All requests come from one event loop."""

    def __init__(self, socket: Path) -> None:
        self._socket = str(socket)
        self._session: aiohttp.ClientSession | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def score(self, content: bytes, content_type: str) -> ScoringAnswer:
        """The answer to `POST /invocations`. Raises NoAnswer."""
        try:
            request = self._connected().post(
                "/invocations", data=content, headers={"content-type": content_type}
            )
            async with request as answer:
                return ScoringAnswer(answer.status, await answer.read())
        except (aiohttp.ClientError, OSError) as error:
            raise NoAnswer(repr(error)) from error

    def close(self) -> None:
        """End the connections, from any thread."""
        session, self._session = self._session, None
        if session is None or self._loop is None or not self._loop.is_running():
            return
        asyncio.run_coroutine_threadsafe(session.close(), self._loop)

    def _connected(self) -> aiohttp.ClientSession:
        # A session belongs to the event loop in which it was made: that of the requests.
        if self._session is None:
            self._loop = asyncio.get_running_loop()
            connector = aiohttp.UnixConnector(self._socket, limit=0, keepalive_timeout=KEEP_ALIVE_SECONDS)
            self._session = aiohttp.ClientSession("http://scorer", connector=connector, timeout=TIMEOUT)
        return self._session
