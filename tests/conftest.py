"""What holds for all tests: quiet logs, repeatable examples, and how several processes share the work."""

import logging
import os
import sys
from pathlib import PurePosixPath
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler.loadscope import LoadScopeScheduling  # type: ignore[import-untyped]

# The shell may forbid Python to keep what it has compiled. Then each of the many processes of these tests
# would compile Airflow, MLflow and Spark anew.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Py4J reports the end of each connection, also those that the garbage collector ends after pytest has.
logging.getLogger("py4j").setLevel(logging.WARNING)

# A machine that others load takes any time for an example, and for making one.
settings.register_profile(
    "repeatable", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("repeatable")

# They start services of their own; the others of their folder share a stack.
ALONE = {"test_demo.py", "test_up.py"}
SHARED = {"end_to_end", "faults", "spark"}
# Half of the tests of their folder, by processor time.
SECOND_SPARK = {
    "algorithms",
    "judge",
    "test_dotted_path.py",
    "test_own_table.py",
    "test_parity.py",
    "test_register.py",
}
# What takes longest begins first, so that no process is left with it at the end.
LONGEST = ("end_to_end", "spark", "spark, the second", "faults")


class Together(LoadScopeScheduling):  # type: ignore[misc]
    """Keeps tests in one process that share what is slow to start: a folder's, or at least a file's.

    The marks of `--dist loadgroup` would say the same, but have no effect in pytest 9.2.
    """

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


def group_of(nodeid: str) -> str:
    """What a test belongs to: all of a group run in one process."""
    path = PurePosixPath(nodeid.partition("::")[0])
    folder = path.parts[1]
    if folder == "wire" and len(path.parts) > 3:
        return str(path.parent)
    if folder not in SHARED or path.name in ALONE:
        return str(path)
    return "spark, the second" if folder == "spark" and path.parts[2] in SECOND_SPARK else folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Called by pytest when it has collected."""
    items.sort(key=lambda item: _rank(group_of(item.nodeid)))


def _rank(group: str) -> int:
    return LONGEST.index(group) if group in LONGEST else len(LONGEST)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together:
    """Called by pytest-xdist, with `-n`."""
    return Together(config, log)
