"""The one door for text that others wrote: no secret that this process knows passes it, in whatever form."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import quote, quote_plus

HIDDEN = "***"

# Shorter ones are parts of ordinary words. Airflow's own masker has the same limit.
_SHORTEST = 5

_forms: set[str] = set()


def keep_secret(secret: str, logins: Iterable[str] = ()) -> frozenset[str]:
    """Hide a secret from now on, also where it is escaped, or encoded with one of the `logins` as in HTTP's
    basic authentication. Returns all forms that are hidden."""
    forms = frozenset(form for form in _written(secret, logins) if len(form) >= _SHORTEST)
    _forms.update(forms)
    return forms


def redacted(text: str) -> str:
    """The text with `***` in place of every secret."""
    if not _forms:
        return text
    longest_first = sorted(_forms, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, longest_first)), HIDDEN, text, flags=re.IGNORECASE)


def _written(secret: str, logins: Iterable[str]) -> Iterator[str]:
    if len(secret) < _SHORTEST:
        return
    once = {secret, *_escaped(secret)}
    yield from once
    # An answer in JSON that is quoted by an exception is escaped twice.
    yield from {form for each in once for form in _escaped(each)}
    for prefix in ("", ":", "token:", *(f"{login}:" for login in logins)):
        yield from _encoded(f"{prefix}{secret}".encode())


_ESCAPES: tuple[Callable[[str], str], ...] = (
    lambda text: repr(text)[1:-1],
    lambda text: ascii(text)[1:-1],
    lambda text: repr(text.encode())[2:-1],
    lambda text: json.dumps(text)[1:-1],
    lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    lambda text: quote(text, safe=""),
    quote,
    quote_plus,
    html.escape,
)


def _escaped(text: str) -> set[str]:
    return {escape(text) for escape in _ESCAPES}


def _encoded(content: bytes) -> Iterator[str]:
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield encode(content).decode().rstrip("=")
