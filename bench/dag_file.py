"""`python -m bench.dag_file FILE`: what a DAG file costs whoever parses it, which every Airflow task does."""

import json
import resource
import runpy
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.measures import Comparison, answer_of, in_turns
from local_stack.environments import AIRFLOW, PROJECT

OURS = PROJECT / "dags" / "penguin_predictor.py"
PLAIN = Path(__file__).with_name("plain_dag.py")


def compare(rounds: int) -> Iterator[Comparison]:
    """The example against a DAG with one operator of the Databricks provider: processor time and memory."""
    measured: dict[str, list[dict[str, float]]] = {str(OURS): [], str(PLAIN): []}

    def seconds(file: Path) -> float:
        cost: dict[str, float] = answer_of(AIRFLOW / "python", "bench.dag_file", str(file))
        measured[str(file)].append(cost)
        return cost["seconds"]

    plain = "a DAG of one provider operator"
    times = in_turns(rounds, lambda: seconds(OURS), lambda: seconds(PLAIN))
    yield Comparison(
        "Parsing the DAG file, processor time", "s", plain, *times, key="dag_import_vs_bare_provider"
    )
    ours, theirs = ([cost["mib"] for cost in measured[str(file)]] for file in (OURS, PLAIN))
    yield Comparison(
        "Parsing the DAG file, memory", "MiB", plain, ours, theirs, key="dag_memory_vs_bare_provider"
    )


def main() -> None:
    """Print the processor time and the largest memory of a process that parses the file."""
    runpy.run_path(sys.argv[1])
    used = resource.getrusage(resource.RUSAGE_SELF)
    # KiB on Linux, bytes on macOS.
    unit = 2**20 if sys.platform == "darwin" else 2**10
    print(json.dumps({"seconds": used.ru_utime + used.ru_stime, "mib": used.ru_maxrss / unit}))


if __name__ == "__main__":
    main()
