"""URLs that carry their own proof."""

import logging
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import pytest

from local_workspace.errors import PermissionDenied
from local_workspace.files.trees.trees import Access
from local_workspace.server.server import hide_proofs
from local_workspace.signed_urls import MOST_SECONDS, SECONDS_BY_DEFAULT
from tests.fast.local_workspace.api.files.files_api import ORIGIN, FilesApi, files_api


def code(text: str) -> str:
    return text.split("<Code>")[1].split("<")[0]


def changed(url: str, path: str | None = None, **query: str) -> str:
    parts = urlsplit(url)
    fields = dict(parse_qsl(parts.query)) | query
    return urlunsplit(parts._replace(path=path or parts.path, query=urlencode(fields)))


def test_a_signed_url_needs_no_token_and_works_twice_in_its_time(api: FilesApi) -> None:
    name = "/Volumes/a/é # b?"
    upload = api.url("upload", name)
    assert upload.startswith(f"{ORIGIN}/signed-files/Volumes/a/")
    for content in (b"first", b"0123456789"):
        assert api.signed("PUT", upload, content=content).status_code == 201
    download = api.url("download", name)
    for _ in range(2):
        assert api.signed("GET", download).content == b"0123456789"
    answer = api.signed("GET", download, {"range": "bytes=4-5"})
    assert (answer.status_code, answer.content) == (206, b"45")


def test_a_late_url_is_refused_as_clients_know_it(api: FilesApi) -> None:
    api.call("PUT", "files/Volumes/f", content=b"1")
    url = api.url("download", "/Volumes/f")
    api.clock.pass_seconds(SECONDS_BY_DEFAULT + 1)
    answer = api.signed("GET", url)
    assert (answer.status_code, code(answer.text)) == (403, "AccessDenied")
    assert "<Message>Request has expired</Message>" in answer.text  # by which the SDK asks for a new URL
    later = str(int(api.clock.now()) + 900)
    assert code(api.signed("GET", changed(url, expires=later)).text) == "SignatureDoesNotMatch"


def test_a_client_says_how_long_but_not_longer_than_an_hour(api: FilesApi) -> None:
    api.call("PUT", "files/Volumes/f", content=b"1")

    def url_for(seconds: float) -> str:
        until = datetime.fromtimestamp(api.clock.now() + seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return api.url("download", "/Volumes/f", expire_time=until)

    short, long = url_for(10), url_for(10 * MOST_SECONDS)
    api.clock.pass_seconds(11)
    assert [api.signed("GET", url).status_code for url in (short, long)] == [403, 200]
    api.clock.pass_seconds(MOST_SECONDS)
    assert api.signed("GET", long).status_code == 403
    assert api.call("POST", "create-download-url?path=/Volumes/f&expire_time=soon").status_code == 400


def test_a_url_is_for_one_path_and_one_method(api: FilesApi) -> None:
    for name in "fg":
        api.call("PUT", f"files/Volumes/{name}", content=b"1")
    url = api.url("download", "/Volumes/f")
    for method in ("PUT", "DELETE", "POST", "HEAD", "PATCH"):
        answer = api.signed(method, url, content=b"2")
        assert answer.status_code == 403, method
    for path in (
        "/signed-files/Volumes/g",
        "/signed-files/Volumes/f/",
        "/signed-files//Volumes/f",
        "/signed-files",
    ):
        assert api.signed("GET", changed(url, path)).status_code in {401, 403}, path
    upload = api.url("upload", "/Volumes/f")
    assert api.signed("GET", upload).status_code == 403
    assert api.signed("PUT", changed(upload, upload="0" * 32, part="1"), content=b"2").status_code == 403
    assert (api.folder / "f").read_bytes() == (api.folder / "g").read_bytes() == b"1"


@pytest.mark.parametrize(
    "query",
    ["", "?signature=x", "?expires=x&signature=y", "?expires=9999999999&signature=%00", "?expires=1e9"],
)
def test_a_url_without_proof_is_refused(api: FilesApi, query: str) -> None:
    answer = api.signed("GET", f"/signed-files/Volumes/f{query}")
    assert (answer.status_code, code(answer.text)) == (403, "SignatureDoesNotMatch")


def test_another_root_s_url_is_refused(api: FilesApi, tmp_path: Path) -> None:
    other = files_api(tmp_path / "other")
    assert api.signed("GET", other.url("download", "/Volumes/f")).status_code == 403


def test_a_missing_file_is_said_as_a_storage_says_it(api: FilesApi) -> None:
    answer = api.signed("GET", api.url("download", "/Volumes/none"))
    assert (answer.status_code, code(answer.text)) == (404, "NoSuchKey")


def test_a_right_that_is_lost_meanwhile_is_missing_at_the_url_too(tmp_path: Path) -> None:
    readable = True

    def check(path: str, access: Access) -> None:
        if access is Access.WRITE or not readable:
            raise PermissionDenied(f"{access.value} of {path}")

    api = files_api(tmp_path, check)
    (api.folder / "f").write_text("1")
    url = api.url("download", "/Volumes/f")
    assert api.signed("GET", url).is_success
    assert api.call("POST", "create-upload-url", json={"path": "/Volumes/f"}).status_code == 403
    readable = False
    assert api.signed("GET", url).json()["error_code"] == "PERMISSION_DENIED"


def test_no_log_has_the_proof_of_a_url(api: FilesApi) -> None:
    url = api.url("download", "/Volumes/f")
    record = logging.LogRecord("uvicorn.access", logging.INFO, "", 0, '%s "%s"', ("GET", url), None)
    assert hide_proofs(record)
    assert dict(parse_qsl(urlsplit(url).query))["signature"] not in record.getMessage()
    assert "/Volumes/f?expires=" in record.getMessage()
