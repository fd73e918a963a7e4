"""Where files may be that Spark reads in place."""

from __future__ import annotations

from urllib.parse import urlsplit

PLACES = "dbfs:/, /Volumes/, s3://, abfss:// or gs://"
_STORES = ("s3", "abfss", "gs")
# Spark takes a path with one of these for a pattern.
_PATTERN = frozenset("{}[]*?\\")


def place_problem(path: str) -> str | None:
    """Why a path is refused as that of a file or folder to read in place, or None."""
    scheme, _, _ = path.partition(":")
    if not path.startswith(("dbfs:/", "/Volumes/", *(f"{store}://" for store in _STORES))):
        return f"{path!r} does not begin with {PLACES}"
    if not path.isprintable() or _PATTERN.intersection(path) or "#" in path or "%" in path:
        return f"{path!r} has a character that means something else to Spark: {{}}[]*?\\#% or a control"
    if scheme in _STORES and (problem := _store_problem(path)):
        return problem
    if path.startswith("dbfs:/Volumes/"):
        return f"{path!r} is in a Volume: write {path.removeprefix('dbfs:')!r}"
    return _steps_problem(path)


def _store_problem(path: str) -> str | None:
    parts = urlsplit(path)
    if not parts.hostname:
        return f"{path!r} names no bucket or container"
    if parts.password is not None or (parts.scheme != "abfss" and parts.username is not None):
        return "it carries a key, which would end in logs; give the cluster the right to read instead"
    if parts.scheme == "abfss" and not parts.username:
        return f"{path!r} must be abfss://<container>@<account>.dfs.core.windows.net/…"
    return None


def _steps_problem(path: str) -> str | None:
    steps = path.partition("://")[2].split("/")[1:] if "://" in path else path.split("/")[1:]
    inner = steps[:-1] if steps and not steps[-1] else steps
    if not set(inner).isdisjoint({"", ".", ".."}):
        return f"{path!r} has an empty step, '.' or '..'"
    if path.startswith("/Volumes/") and len(inner) < 4:
        return f"{path!r} must be /Volumes/<catalog>/<schema>/<volume>/…"
    return None if inner or "://" in path else f"{path!r} names no file or folder"
