"""MLflow's scoring server for one model, on a Unix socket: a script, run by `python -I`.

It imports nothing of this project, so that a model has only its own files and what MLflow brings; it runs
`plain_rows.py`, which imports nothing of it either. Its standard input is a life line: end of file means that
its guard is gone. The socket is its owner's alone.

Usage: scoring_server.py SOCKET     (environment: __pyfunc_model_path__, the model's folder)
"""

import gc
import os
import runpy
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import Any

# Longer than the workspace keeps a connection that it does not use.
KEEP_ALIVE_SECONDS = 600


def main(path: str) -> None:
    """Load the model, then serve `/ping` and `/invocations` until SIGTERM or the end of standard input."""
    gc.set_threshold(10_000)  # importing MLflow makes a million objects, and no garbage
    threading.Thread(target=_end_with_workspace, daemon=True).start()
    import uvicorn
    from mlflow.pyfunc import scoring_server

    mlflow: Any = scoring_server
    load_model = getattr(mlflow, "load_model_with_mlflow_config", mlflow.load_model)
    model = load_model(os.environ[mlflow._SERVER_MODEL_PATH])
    short_way = runpy.run_path(str(Path(__file__).with_name("plain_rows.py")))
    app = short_way["shortened"](_asgi(mlflow.init(model)), short_way["PlainRows"](model))

    gc.freeze()  # a look for garbage among a million objects that stay would hold every answer for 0.1 s
    os.umask(0o077)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(path)
        listener.listen(128)
        config = uvicorn.Config(
            app,
            http="h11",
            ws="none",
            log_level="warning",
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=3,
        )
        uvicorn.Server(config).run(sockets=[listener])


def _asgi(app: Any) -> Any:
    """MLflow's application; before 2.20 it was one of Flask, which is WSGI."""
    if app.__class__.__module__.partition(".")[0] != "flask":
        return app
    from uvicorn.middleware.wsgi import WSGIMiddleware  # type: ignore[attr-defined]

    return WSGIMiddleware(app)


def _end_with_workspace() -> None:
    sys.stdin.buffer.read()
    os.killpg(os.getpgid(0), signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1])
