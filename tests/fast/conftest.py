"""A connection that leads to a server which records what it is asked."""

import json
import threading
from collections.abc import Iterator

import pytest

from tests.recorder import Recorder

INSTALLATION = "here"


@pytest.fixture
def databricks(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorder]:
    """A recorder that the connection `databricks_default` leads to, in an Airflow that knows its own id."""
    with Recorder() as recorder:
        connection = {
            "conn_type": "databricks",
            "host": "127.0.0.1",
            "port": recorder.server_port,
            "schema": "http",
            "password": "token-of-the-connection",
        }
        monkeypatch.setenv("AIRFLOW_CONN_DATABRICKS_DEFAULT", json.dumps(connection))
        monkeypatch.setenv("AIRFLOW_VAR_ROOKERY_INSTALLATION", INSTALLATION)
        # Reads that fail are repeated without the time between them.
        monkeypatch.setattr("rookery.hooks.databricks._REPEATED_AFTER", 0.0)
        thread = threading.Thread(target=recorder.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield recorder
        recorder.shutdown()
        thread.join()
