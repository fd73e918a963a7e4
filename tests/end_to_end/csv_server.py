"""A web server for sources: it answers the files it was given, and 404 to everything else."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType


class CsvServer:
    """Serves `files` by path while the block runs."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        files = self.files

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                content = files.get(self.path)
                self.send_response(200 if content is not None else 404)
                self.end_headers()
                self.wfile.write(content or b"not here")

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
                """Say nothing: a test's output is for its failures."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def __enter__(self) -> "CsvServer":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def serve(self, name: str, content: str | bytes) -> str:
        """Serve a file under `name`; its URL."""
        self.files[f"/{name}"] = content.encode() if isinstance(content, str) else content
        return self.url(name)

    def url(self, name: str) -> str:
        """The URL of `name`, whether something is served there or not."""
        return f"http://127.0.0.1:{self._server.server_port}/{name}"
