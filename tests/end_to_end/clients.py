"""A client of an endpoint that never rests."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors.base import DatabricksError

from local_stack.waiting import wait_for
from tests.end_to_end.stack import HANGING_SECONDS

RECORD = {
    "Island": "Biscoe",
    "CulmenLength": 48.7,
    "CulmenDepth": 14.1,
    "FlipperLength": 210.0,
    "BodyMass": 4450.0,
}


@contextmanager
def asked_all_the_time(workspace: WorkspaceClient, name: str) -> Iterator[Counter[str]]:
    """How many requests had which answer, or which error. At the end there are ten answers at least."""
    answers: Counter[str] = Counter()
    over = threading.Event()

    def ask() -> None:
        while not over.wait(0.05):
            try:
                path = f"/serving-endpoints/{name}/invocations"
                answer = workspace.api_client.do("POST", path, body={"dataframe_records": [RECORD]})
                answers[str(dict(answer)["predictions"])] += 1
            except DatabricksError as error:
                answers[f"{type(error).__name__}: {error}"] += 1

    client = threading.Thread(target=ask)
    client.start()
    try:
        yield answers
        wait_for("ten answers", lambda: answers.total() >= 10 or None, seconds=HANGING_SECONDS)
    finally:
        over.set()
        client.join()
