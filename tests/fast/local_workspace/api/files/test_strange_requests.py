"""Requests of the Files API that no client sends."""

import json
import random

from tests.fast.local_workspace.api.files.files_api import FilesApi

STRANGE = [None, 0, -1, 2**70, 1.5, True, "", "x", "/Volumes/f", "\ud800", "\0", [], ["x"], {}, {"path": "x"}]
FIELDS = [
    *("path", "expire_time", "session_token", "start_part_number", "count"),
    *("parts", "action", "page_token", "page_size", "overwrite"),
]
ROUTES = [
    *(
        ("POST", f"create-{kind}")
        for kind in ("download-url", "upload-url", "upload-part-urls", "abort-upload-url")
    ),
    *(("POST", f"files/Volumes/f?action={action}") for action in ("initiate-upload", "complete-upload", "x")),
    *((method, f"files/{path}") for method in ("GET", "PUT", "DELETE") for path in ("", "Volumes", "x")),
    *(
        (method, f"directories/{path}")
        for method in ("GET", "DELETE", "HEAD")
        for path in ("", "Volumes", "x")
    ),
]


def test_no_request_makes_the_workspace_fail(api: FilesApi) -> None:
    dice = random.Random(11)  # noqa: S311 - to play the same requests again
    for _ in range(60):
        for method, path in ROUTES:
            body = {field: dice.choice(STRANGE) for field in dice.sample(FIELDS, 4)}
            answer = api.call(method, path, content=json.dumps(body).encode())
            assert answer.status_code < 500, (method, path, body)
