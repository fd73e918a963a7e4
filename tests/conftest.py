"""What holds for all tests: quiet logs, repeatable examples, and how several processes share the work."""

import logging
from pathlib import Path

import pytest
from hypothesis import settings

# Py4J reports the end of each connection, also those that the garbage collector ends after pytest has.
logging.getLogger("py4j").setLevel(logging.WARNING)

settings.register_profile("repeatable", derandomize=True)
settings.load_profile("repeatable")

HERE = Path(__file__).parent
# They start services of their own; the others of their folder share a stack.
ALONE = {"test_demo.py", "test_up.py"}
SHARED = {"end_to_end", "spark"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep tests together that share what is slow to start: a folder's, or at least a file's."""
    for item in items:
        place = item.path.relative_to(HERE)
        folder = place.parts[0]
        group = folder if folder in SHARED and place.name not in ALONE else str(place)
        item.add_marker(pytest.mark.xdist_group(group))
