"""Secrets that the workspace gives out and knows again: it keeps their digests alone."""

import hashlib
import secrets
from typing import Any

from local_workspace.clock import Clock, milliseconds
from local_workspace.store import Document, Store


class Credentials:
    """Credentials of one kind, each with an end or none; safe to use from every thread."""

    def __init__(self, name: str, prefix: str, store: Store, clock: Clock) -> None:
        self._documents = store.collection(name)
        self._prefix = prefix
        self._clock = clock

    def issue(self, owner: str, seconds: int | None, **facts: Any) -> tuple[str, Document]:
        """A new secret, and what is kept of it. `seconds`: how long it is good; None for ever."""
        secret = self._prefix + secrets.token_hex(16)
        now = milliseconds(self._clock.now())
        document = facts | {
            "id": secrets.token_hex(32),
            "owner": owner,
            "digest": digest(secret),
            "creation_time": now,
            "expiry_time": -1 if seconds is None else now + seconds * 1000,
        }
        self._documents.put(document["digest"], document)
        return secret, document

    def find(self, secret: str) -> Document | None:
        """What is kept of a secret that is still good."""
        document = self._documents.get(digest(secret))
        return document if document and not self._is_over(document) else None

    def all(self) -> list[Document]:
        """Those that are good, oldest first; the others are forgotten."""
        kept = []
        for document in self._documents.values():
            if self._is_over(document):
                self._documents.delete(document["digest"])
            else:
                kept.append(document)
        return kept

    def update(self, document: Document, **changes: Any) -> None:
        """Change what is said of a secret."""
        self._documents.update(document["digest"], **changes)

    def delete(self, document: Document) -> None:
        """It is not good any more."""
        self._documents.delete(document["digest"])

    def _is_over(self, document: Document) -> bool:
        end: int = document["expiry_time"]
        return end != -1 and end <= milliseconds(self._clock.now())


def digest(secret: str) -> str:
    """By which a secret is known: it cannot be found from that, as it is long and random."""
    return hashlib.sha256(secret.encode()).hexdigest()
