"""`python -m bench`: how fast Rookery is, each number beside a baseline of the same run. See `make bench`.

The last line is a JSON object: the ratio of each comparison by its key, and under `measured` all numbers.
"""

import argparse
import json
import sys
from pathlib import Path

from bench import chain, cluster_start, dag_file, gets, large, scorer, serving, sweep
from bench.measures import Comparison, Figure
from bench.page import page

MEASURES = {
    "dag_file": dag_file,
    "cluster_start": cluster_start,
    "scorer": scorer,
    "serving": serving,
    "gets": gets,
    "sweep": sweep,
    "chain": chain,
    "large": large,
}


def main() -> None:
    """Print a table, line by line as it is measured, and all numbers as one line of JSON.

    What cannot be measured is told, the others are measured nevertheless, and the exit status is 1.
    """
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured (default: 3)")
    parser.add_argument("--only", choices=MEASURES, nargs="+", default=list(MEASURES), help="some of them")
    parser.add_argument("--page", type=Path, help="write the numbers there, in Markdown")
    arguments = parser.parse_args()
    print(f"{'':<47} {'ours':>11} {'ratio':>7}  {'baseline':>11}", flush=True)
    measured: list[Comparison | Figure] = []
    failed = False
    for name in arguments.only:
        try:
            for one in MEASURES[name].compare(arguments.rounds):
                print(one.line(), flush=True)
                measured.append(one)
        except Exception as error:  # whatever it is, the other rows can be had
            print(f"{name} failed: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
            failed = True
    values = {each.key: each.value for each in measured}
    print(json.dumps({**values, "measured": [vars(each) for each in measured]}))
    if arguments.page:
        arguments.page.write_text(page(measured), encoding="utf-8")
    sys.exit(failed)


if __name__ == "__main__":
    main()
