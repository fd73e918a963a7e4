"""What a scoring DAG has written, on DBFS or in a Volume."""

import io

import pandas as pd

from tests.end_to_end.stack import EndedRun, Stack


def predictions_of(stack: Stack, scoring: EndedRun) -> pd.DataFrame:
    """The rows of a run's predictions."""
    assert scoring.state == "success", scoring.tasks
    folder = scoring.returned("score")["predictions_path"]
    files = [str(file.path) for file in stack.workspace.dbfs.list(folder)]
    parts = [_content_of(stack, file) for file in files if file.endswith(".parquet")]
    return pd.concat([pd.read_parquet(io.BytesIO(part)) for part in parts])


def _content_of(stack: Stack, path: str) -> bytes:
    with stack.workspace.dbfs.download(path) as file:
        # Of a file in a Volume, the SDK reads all of it only when it is told so.
        return bytes(file.read(-1))
