"""Files on their way in: written elsewhere, whole or in parts, and renamed to their place at the end.

So nobody sees half a file, and an upload that ends early leaves nothing. Everything is below one folder on
the file system of the trees: a file per upload that is being received, a folder per upload in parts.
"""

import contextlib
import hashlib
import os
import re
import secrets
import shutil
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from starlette.concurrency import run_in_threadpool

from local_workspace.clock import Clock
from local_workspace.errors import AlreadyExists, InvalidParameterValue, NotFound
from local_workspace.files.folders import forget_checksum
from local_workspace.files.trees.trees import Place

MOST_PARTS = 10_000
SECONDS_OF_A_SESSION = 24 * 3600
_BYTES_AT_ONCE = 1024 * 1024
_TOKEN = re.compile(r"[0-9a-f]{32}")
_ETAG = re.compile(r"[0-9a-f]{32}")


class Uploads:
    """Receives files, and keeps the parts of those that come in parts until they are completed or aborted."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._clock = clock
        self._clear()

    async def write(self, place: Place, stream: AsyncIterator[bytes], *, overwrite: bool) -> None:
        """Put what comes at `place`; `AlreadyExists` for a folder, and for a file unless `overwrite`."""
        if not overwrite:
            _refuse_taken(place)
        received = self._folder / secrets.token_hex(16)
        try:
            await _receive(stream, received)
            await run_in_threadpool(_put, received, place, overwrite=overwrite)
        finally:
            received.unlink(missing_ok=True)

    def begin(self, place: Place, *, overwrite: bool) -> str:
        """The token of a new upload in parts."""
        if not overwrite:
            _refuse_taken(place)
        token = secrets.token_hex(16)
        session = self._folder / token
        session.mkdir()
        (session / "target").write_text(place.path)
        if overwrite:
            (session / "overwrite").touch()
        return token

    def require(self, token: str, path: str) -> Path:
        """The folder of an upload to `path` that has begun; `NotFound` if there is none."""
        session = self._folder / token
        with contextlib.suppress(FileNotFoundError):
            if _TOKEN.fullmatch(token) and (session / "target").read_text() == path:
                return session
        raise NotFound(f"There is no upload to {path} with this session token: it was completed or aborted.")

    async def write_part(self, session: Path, number: int, stream: AsyncIterator[bytes]) -> str:
        """Keep one part; its ETag. A part that comes again takes the place of the one before."""
        received = session / f"receiving-{secrets.token_hex(8)}"
        try:
            etag = await _receive(stream, received)
            received.rename(session / _part_name(number, etag))
        except FileNotFoundError as error:  # aborted meanwhile
            raise NotFound("The upload was aborted.") from error
        finally:
            received.unlink(missing_ok=True)
        return etag

    def complete(self, session: Path, place: Place, parts: Sequence[tuple[int, str]]) -> None:
        """Put the parts together, in the order of their numbers, and the file at `place`."""
        whole = session / "whole"
        with whole.open("wb") as out:
            for number, etag in sorted(parts):
                part = session / _part_name(number, etag.strip('"'))
                if not part.is_file():
                    raise InvalidParameterValue(f"Part {number} with ETag {etag!r} was not uploaded.")
                with part.open("rb") as content:
                    shutil.copyfileobj(content, out, _BYTES_AT_ONCE)
        _put(whole, place, overwrite=(session / "overwrite").exists())
        self.abort(session)

    def abort(self, session: Path) -> None:
        """Forget an upload in parts."""
        shutil.rmtree(session, ignore_errors=True)

    def _clear(self) -> None:
        """Remove what an earlier server was receiving, and uploads in parts that nobody has gone on with."""
        for left in self._folder.iterdir():
            if left.is_dir() and left.stat().st_mtime < self._clock.now() - SECONDS_OF_A_SESSION:
                shutil.rmtree(left, ignore_errors=True)
            elif not left.is_dir():
                left.unlink()


def _part_name(number: int, etag: str) -> str:
    if not (1 <= number <= MOST_PARTS and _ETAG.fullmatch(etag)):
        raise InvalidParameterValue(f"There is no part {number} with ETag {etag!r}.")
    return f"{number:05d}-{etag}"


async def _receive(stream: AsyncIterator[bytes], file: Path) -> str:
    """Write what comes to a new file; the hash of its bytes."""
    digest = hashlib.md5(usedforsecurity=False)  # as storage services make an ETag
    with await run_in_threadpool(file.open, "xb") as out:
        async for piece in _in_large_pieces(stream):
            digest.update(piece)
            await run_in_threadpool(out.write, piece)
    return digest.hexdigest()


async def _in_large_pieces(stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    gathered = bytearray()
    async for piece in stream:
        gathered += piece
        if len(gathered) >= _BYTES_AT_ONCE:
            yield bytes(gathered)
            gathered.clear()
    yield bytes(gathered)


def _put(received: Path, place: Place, *, overwrite: bool) -> None:
    """Rename a file that is whole to its place, its folders made."""
    target = place.file
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if place.has_checksums:
            forget_checksum(target)
        if overwrite:
            received.replace(target)
        else:
            os.link(received, target)  # which no other can have taken meanwhile
    except (FileExistsError, IsADirectoryError, NotADirectoryError) as error:
        raise _taken(place) from error


def _refuse_taken(place: Place) -> None:
    if place.file.exists():
        raise _taken(place)


def _taken(place: Place) -> AlreadyExists:
    return AlreadyExists(f"The file being created already exists. ({place.path})")
