"""URLs that carry their own proof: for one method of one path, until a moment.

Clients send no token to such a URL: on Databricks it leads to the cloud's storage. The proof is an HMAC with
a key that only this root has.
"""

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from local_workspace.clock import Clock
from local_workspace.errors import SignatureDoesNotMatch, UrlExpired
from local_workspace.store import Store

# A path beside the APIs, followed by the path of the file.
PREFIX = "/signed-files"
SECONDS_BY_DEFAULT = 900
MOST_SECONDS = 3600

_PROOF = re.compile(r"(?<=[?&]signature=)[^&\s]+")


@dataclass(frozen=True)
class Purpose:
    """What a URL is for: a method, a path of the Files API, and of an upload its session and part."""

    method: str
    path: str
    upload: str = ""
    part: int = 0


class SignedUrls:
    """Makes the URLs, and judges requests that come by them."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._clock = clock
        keys = store.collection("keys")
        with store.transaction():
            kept = keys.get("signed_urls")
            if kept is None:
                kept = {"key": secrets.token_hex(32)}
                keys.put("signed_urls", kept)
        self._key = bytes.fromhex(kept["key"])

    def url(self, origin: str, purpose: Purpose, until: float | None = None) -> str:
        """The URL of `purpose`; `until` is in seconds since the epoch, an hour from now at most."""
        now = self._clock.now()
        expires = int(min(now + SECONDS_BY_DEFAULT if until is None else until, now + MOST_SECONDS))
        query: dict[str, str | int] = {"expires": expires}
        if purpose.upload:
            query |= {"upload": purpose.upload, "part": purpose.part}
        query["signature"] = self._proof(purpose, expires)
        return f"{origin}{PREFIX}{quote(purpose.path)}?{urlencode(query)}"

    def check(self, method: str, path: str, query: Mapping[str, str]) -> Purpose:
        """What a request to `PREFIX` may do; raises the error of a storage service if it is not that.

        `path` is the request's path, decoded.
        """
        try:
            expires, part = int(query["expires"]), int(query.get("part", "0"))
            purpose = Purpose(method, path.removeprefix(PREFIX), query.get("upload", ""), part)
            is_ours = secrets.compare_digest(
                query["signature"].encode(), self._proof(purpose, expires).encode()
            )
        except (KeyError, ValueError):
            is_ours = False
        if not is_ours:
            raise SignatureDoesNotMatch("The request does not match the signature of its URL.")
        if expires < self._clock.now():
            raise UrlExpired("Request has expired")
        return purpose

    def _proof(self, purpose: Purpose, expires: int) -> str:
        said = json.dumps([purpose.method, purpose.path, purpose.upload, purpose.part, expires])
        return hmac.new(self._key, said.encode(), hashlib.sha256).hexdigest()


def without_proof(url: str) -> str:
    """A URL as a log may have it."""
    return _PROOF.sub("…", url)
