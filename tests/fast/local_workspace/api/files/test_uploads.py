"""Uploads in parts, and uploads that end early."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from local_workspace.files.trees.trees import Place
from local_workspace.files.trees.uploads import SECONDS_OF_A_SESSION, Uploads
from tests.fast.local_workspace.api.files.files_api import FilesApi
from tests.fast.local_workspace.manual_clock import ManualClock

FILE = "files/Volumes/a/f"


def begin(api: FilesApi, query: str = "") -> str:
    answer = api.call("POST", f"{FILE}?action=initiate-upload{query}")
    return str(answer.json()["multipart_upload"]["session_token"])


def part_urls(api: FilesApi, token: str, first: int, count: int) -> list[str]:
    fields = {"path": "/Volumes/a/f", "session_token": token, "start_part_number": first, "count": count}
    return [
        each["url"]
        for each in api.call("POST", "create-upload-part-urls", json=fields).json()["upload_part_urls"]
    ]


def complete(api: FilesApi, token: str, etags: list[str]) -> Any:
    parts = [{"part_number": number, "etag": etag} for number, etag in enumerate(etags, 1)]
    query = f"?action=complete-upload&upload_type=multipart&session_token={token}"
    return api.call("POST", FILE + query, json={"parts": parts})


def test_parts_make_a_file_in_the_order_of_their_numbers(api: FilesApi) -> None:
    token = begin(api)
    first, second = part_urls(api, token, 1, 2)
    etags = {
        url: api.signed("PUT", url, content=content).headers["etag"]
        for url, content in ((second, b"b"), (first, b"x"))
    }
    etags[first] = api.signed("PUT", first, content=b"a").headers["etag"]  # again: the last one counts
    assert not (api.folder / "a").exists()
    assert complete(api, token, [etags[first], etags[second]]).json() == {}
    assert (api.folder / "a" / "f").read_bytes() == b"ab"
    assert list(api.uploads.iterdir()) == []
    assert api.signed("PUT", first, content=b"late").status_code == 404
    assert complete(api, token, []).status_code == 404


def test_an_aborted_upload_leaves_nothing(api: FilesApi) -> None:
    token = begin(api)
    (url,) = part_urls(api, token, 1, 1)
    api.signed("PUT", url, content=b"a")
    fields = {"path": "/Volumes/a/f", "session_token": token}
    abort = api.call("POST", "create-abort-upload-url", json=fields).json()["abort_upload_url"]["url"]
    assert api.signed("DELETE", abort).status_code == 200
    assert api.signed("DELETE", abort).status_code == 404
    assert list(api.uploads.iterdir()) == []


def test_a_session_is_for_its_own_path(api: FilesApi) -> None:
    token = begin(api)
    fields = {"path": "/Volumes/a/other", "session_token": token, "start_part_number": 1, "count": 1}
    for session in (token, "", "..", "0" * 32, "../" + token, "\0"):
        body = fields | {"session_token": session}
        assert api.call("POST", "create-upload-part-urls", json=body).status_code == 404


def test_a_part_that_was_not_sent_is_named(api: FilesApi) -> None:
    answer = complete(api, begin(api), ["0" * 32])
    assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert "Part 1" in answer.json()["message"]


def test_parts_do_not_replace_a_file_unless_that_was_asked(api: FilesApi) -> None:
    api.call("PUT", FILE, content=b"before")
    assert api.call("POST", f"{FILE}?action=initiate-upload&overwrite=false").status_code == 409
    (api.folder / "a" / "f").unlink()
    token = begin(api, "&overwrite=false")
    (url,) = part_urls(api, token, 1, 1)
    etag = api.signed("PUT", url, content=b"a").headers["etag"]
    api.call("PUT", FILE, content=b"meanwhile")
    assert complete(api, token, [etag]).status_code == 409
    assert (api.folder / "a" / "f").read_bytes() == b"meanwhile"


def test_an_upload_that_breaks_off_leaves_the_file_that_was_there(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path / "uploads", ManualClock())
    place = Place("/Volumes/f", tmp_path / "f", has_checksums=False)
    place.file.write_text("before")

    async def breaking() -> AsyncIterator[bytes]:
        yield b"x" * 3_000_000
        raise ConnectionError

    with pytest.raises(ConnectionError):
        asyncio.run(uploads.write(place, breaking(), overwrite=True))
    assert place.file.read_text() == "before"
    assert list((tmp_path / "uploads").iterdir()) == []


def test_a_server_that_starts_clears_what_nobody_goes_on_with(tmp_path: Path) -> None:
    clock = ManualClock()
    (tmp_path / "uploads").mkdir()
    (tmp_path / "uploads" / "half").touch()
    place = Place("/Volumes/f", tmp_path / "f", has_checksums=False)
    token = Uploads(tmp_path / "uploads", clock).begin(place, overwrite=True)
    assert [each.name for each in (tmp_path / "uploads").iterdir()] == [token]
    started = (tmp_path / "uploads" / token).stat().st_mtime
    clock.pass_seconds(started - clock.now() + 60)
    assert Uploads(tmp_path / "uploads", clock).require(token, "/Volumes/f").name == token
    clock.pass_seconds(SECONDS_OF_A_SESSION)
    Uploads(tmp_path / "uploads", clock)
    assert list((tmp_path / "uploads").iterdir()) == []
