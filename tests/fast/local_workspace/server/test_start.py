"""What a server does before it answers for the first time."""

import asyncio
import subprocess
import sys
import threading

import pytest

from local_workspace.mlflow.background import in_background

# MLflow takes seconds to import, and a server that waited for it would be as late.
SLOW = ("mlflow", "pyspark", "pandas", "sqlalchemy")


def test_the_application_is_there_before_what_is_slow_to_import() -> None:
    code = f"import sys, local_workspace.application; print([m for m in {SLOW} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_a_value_from_the_background_is_waited_for_by_all_and_cancelled_by_none() -> None:
    may_end = threading.Event()
    future = in_background("test", lambda: may_end.wait() and 42)

    async def given_up() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.wrap_future(future), 0.01)

    asyncio.run(given_up())
    may_end.set()
    assert future.result() == 42


def test_what_fails_in_the_background_is_told_to_who_waits() -> None:
    def fail() -> int:
        raise ValueError("told")

    with pytest.raises(ValueError, match="told"):
        in_background("test", fail).result()
