"""`python -m bench`: how fast Rookery is, each number beside a baseline of the same run. See `make bench`."""

import argparse
import json

from bench import cluster_start, dag_file, sweep


def main() -> None:
    """Print a table, line by line as it is measured, and all numbers as one line of JSON."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured (default: 3)")
    rounds = parser.parse_args().rounds
    print(f"{'':<42} {'ours':>11} {'ratio':>7}  {'baseline':>11}", flush=True)
    measured = []
    for measure in (dag_file, cluster_start, sweep):
        for comparison in measure.compare(rounds):
            print(comparison.line(), flush=True)
            measured.append(vars(comparison))
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
