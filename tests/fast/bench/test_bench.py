"""What `make bench` makes of its numbers."""

import subprocess
from importlib.metadata import version

from bench.measures import Comparison, Figure, in_turns
from local_stack.environments import AIRFLOW, PROJECT


def test_a_ratio_is_that_of_the_medians() -> None:
    times = [1.0, 9.0, 2.0], [4.0, 5.0, 30.0]
    compared = Comparison("Starting", "s", "without", *times, key="start_vs_without")
    assert (compared.ratio, compared.value) == (0.4, 0.4)
    assert Comparison("Starting", "s", "without", *times, key="start_speedup").value == 2.5
    rate = Comparison("Starting", "s", "without", *times, key="starts_per_second", more_is_better=True)
    assert rate.value == 2.5
    first, second = compared.line().splitlines()
    assert first.split() == ["Starting", "2.00", "s", "0.40", "x", "5.00", "s", "without"]
    assert second.strip() == "start_vs_without 0.4; ours 1 to 9 (3 times), baseline 4 to 30 (3 times)"


def test_ours_and_the_baseline_take_turns() -> None:
    asked: list[str] = []

    def ask(name: str) -> float:
        asked.append(name)
        return float(len(asked))

    assert in_turns(2, lambda: ask("ours"), lambda: ask("baseline")) == ([1.0, 3.0], [2.0, 4.0])
    assert asked == ["ours", "baseline"] * 2


def test_the_page_is_written_in_the_environment_that_measures() -> None:
    figure = Figure("make demo", "s", 52.2, "demo_seconds")
    program = f"from bench.measures import Figure; from bench.page import page; print(page([{figure!r}]))"
    done = subprocess.run(
        [AIRFLOW / "python", "-c", program], cwd=PROJECT, check=True, capture_output=True, text=True
    )
    assert f"Spark {version('pyspark')}, MLflow {version('mlflow')}." in " ".join(done.stdout.split())
    assert "| make demo | 52.2 s | | `demo_seconds` | ≤ 55 |" in done.stdout
