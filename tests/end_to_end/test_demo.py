"""`make demo`, as a user starts it."""

import json
import subprocess
from pathlib import Path

import pytest

from local_stack.environments import AIRFLOW, PROJECT


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """The demo's command with no arguments but a folder for what it keeps."""
    root = tmp_path_factory.mktemp("demo")
    command = [str(AIRFLOW / "python"), "-m", "local_stack.demo", "--root", str(root)]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)


def test_the_demo_trains_registers_serves_and_leaves_nothing(demo: subprocess.CompletedProcess[str]) -> None:
    assert demo.returncode == 0, demo.stdout + demo.stderr
    summary = json.loads(demo.stdout.splitlines()[-1])
    assert summary["points"] == summary["finished"] == 12
    assert set(summary["best"]) == {"maxIter", "regParam"}
    assert set(summary["metrics"]) >= {"accuracy", "weightedRecall", "weightedPrecision"}
    assert summary["test_metrics"]["test_accuracy"] >= 0.9
    assert summary["model_version"] == "1"
    assert summary["prediction"] == [1.0]
    assert 0 < summary["cluster_seconds"] < summary["seconds"]
    assert summary["left_behind"] == []


def test_the_demo_shows_progress_leaderboard_version_answer_and_links(
    demo: subprocess.CompletedProcess[str],
) -> None:
    for shown in (
        "train[1]",
        "LogisticRegression 7–12 of 12",  # noqa: RUF001
        "Leaderboard",
        "Penguin Predictor, version 1",
        '"Island": "Biscoe"',
        '{"predictions": [1.0]}',
        "log in as admin",
        "mapped tasks at the same moment",
    ):
        assert shown in demo.stdout


def test_the_demo_s_own_root_is_kept_for_a_look_afterwards(demo: subprocess.CompletedProcess[str]) -> None:
    root = Path(str(demo.args[-1]))
    assert (root / "workspace" / "mlflow").is_dir()
