"""`python -m bench`: how fast Rookery is, each number beside a baseline of the same run. See `make bench`.

The last line is a JSON object: the ratio of each comparison by its key, and under `measured` all numbers.
"""

import argparse
import json

from bench import cluster_start, dag_file, serving, sweep
from bench.measures import Comparison


def main() -> None:
    """Print a table, line by line as it is measured, and all numbers as one line of JSON."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured (default: 3)")
    rounds = parser.parse_args().rounds
    print(f"{'':<47} {'ours':>11} {'ratio':>7}  {'baseline':>11}", flush=True)
    measured: list[Comparison] = []
    for measure in (dag_file, cluster_start, sweep, serving):
        for comparison in measure.compare(rounds):
            print(comparison.line(), flush=True)
            measured.append(comparison)
    values = {each.key: each.value for each in measured}
    print(json.dumps({**values, "measured": [vars(each) for each in measured]}))


if __name__ == "__main__":
    main()
