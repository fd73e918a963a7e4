"""The command `rookery`: what a plan will do, before money is spent; and the way back to an older version."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from rookery.check.report import as_json, numbered, rendered
from rookery.exceptions import DagFileError, PlanError
from rookery.mistakes import Mistake

if TYPE_CHECKING:
    from airflow.sdk import DAG

    from rookery.check.report import Checkable, Section

OK, MISTAKES, MISUSED = 0, 1, 2

_ANYBODY = "<user>"
_DAGS_OWN = ""
_DESCRIPTION = """\
Load a DAG file as Airflow would and say what its DAGs of Rookery will do: data,
sweep, cluster, names, schedule and form. Every mistake is reported at once, with
its place and the fix. Nothing is created; without --conn no connection is made.
"""
_EPILOG = """\
example:
  rookery check dags/penguin_predictor.py --conn databricks_default

exit status: 0 without a mistake, 1 with one, 2 if there is nothing to check
"""


class Checked(NamedTuple):
    """One DAG: the facts, the workspace's answers among them if it was asked, and the mistakes."""

    dag_id: str
    sections: list[Section]
    mistakes: list[Mistake]


class NothingToCheck(Exception):
    """The command was not given a file with a DAG that a factory of ours has made."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except NothingToCheck as error:
        print(f"rookery: {error}", file=sys.stderr)
        return MISUSED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="rookery", description="Retrain models on Databricks from Airflow.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    check = commands.add_parser(
        "check",
        help="say what the training and scoring DAGs of a file will do, and what is wrong with them",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    check.add_argument(
        "file", type=Path, metavar="FILE", help="a Python file with training or scoring DAGs in it"
    )
    check.add_argument(
        "--conn",
        nargs="?",
        const=_DAGS_OWN,
        metavar="CONN_ID",
        help="also ask the workspace of this Airflow connection (default: the DAG's own), which is read as "
        "Airflow reads it, from AIRFLOW_CONN_<CONN_ID> for example",
    )
    check.add_argument("--json", action="store_true", help="print JSON instead of text")
    check.set_defaults(run=lambda options: _check(options.file, options.conn, in_json=options.json))
    back = commands.add_parser(
        "rollback",
        help="serve an earlier version of a training DAG's model again",
        description="Deploy an earlier version beside the one that serves, check that it answers as it must, "
        "give it the requests, and make it the champion. If it does not answer so, nothing changes.",
    )
    back.add_argument("file", type=Path, metavar="FILE", help="the Python file with the training DAG")
    back.add_argument("--dag", metavar="DAG_ID", help="which one, if there are several in it")
    back.add_argument("--to", metavar="VERSION", help="default: the champion before, which is `previous`")
    back.add_argument("--conn", metavar="CONN_ID", help="an Airflow connection; default: the DAG's own")
    back.set_defaults(run=_rollback)
    return parser


def _rollback(options: argparse.Namespace) -> int:
    from rookery.commands.rollback import rollback
    from rookery.exceptions import RookeryError

    if not options.file.is_file():
        raise NothingToCheck(f"there is no file {options.file}")
    try:
        print(rollback(options.file, options.dag, options.to, options.conn))
    except RookeryError as error:
        print(f"rookery: {error}", file=sys.stderr)
        return MISTAKES
    return OK


def _check(file: Path, conn_id: str | None, *, in_json: bool) -> int:
    try:
        checked = [_checked(each, conn_id) for each in _checkables(file)]
    except (PlanError, DagFileError) as error:
        mistakes = list(getattr(error, "mistakes", ())) or [Mistake(str(error))]
        print(_json(file, [], mistakes) if in_json else f"{_place(file, error)}: {numbered(mistakes)}")
        return MISTAKES
    print(_json(file, checked) if in_json else "\n\n\n".join(_text(file, each) for each in checked))
    return MISTAKES if any(each.mistakes for each in checked) else OK


def _checkables(file: Path) -> list[Checkable]:
    if not file.is_file():
        raise NothingToCheck(f"there is no file {file}")
    from rookery.check import dag_file

    path = file.resolve()
    if dag_file.is_skipped(path):
        raise NothingToCheck(
            f"Airflow skips {file}, as it does files in which the words 'airflow' and 'dag' do not occur"
        )
    found = [checkable for dag in dag_file.load(path) if (checkable := _checkable(dag))]
    if not found:
        raise NothingToCheck(f"{file} has no DAG that training_dag(…) or scoring_dag(…) has made")
    return found


def _checkable(dag: DAG) -> Checkable | None:
    """The DAG with what can be said about it, by the factory that has made it."""
    from rookery.check.scoring_report import scoring_of
    from rookery.check.training_report import training_of

    return training_of(dag) or scoring_of(dag)


def _checked(checkable: Checkable, conn_id: str | None) -> Checked:
    now = datetime.now(UTC)
    dag_id, mistakes = checkable.dag.dag_id, list(checkable.mistakes())
    if conn_id is None:
        return Checked(dag_id, checkable.sections(_ANYBODY, now), mistakes)
    from rookery.check.workspace_report import ask_workspace

    answer = ask_workspace(checkable, conn_id or checkable.databricks_conn_id)
    facts = checkable.sections(answer.user_name or _ANYBODY, now)
    return Checked(dag_id, [*facts, answer.section], [*mistakes, *answer.mistakes])


def _place(file: Path, error: Exception) -> str:
    from rookery.check.dag_file import line_of

    line = line_of(error, file.resolve())
    return f"{file}:{line}" if line else str(file)


def _text(file: Path, checked: Checked) -> str:
    facts = rendered(checked.sections)
    return f"{checked.dag_id}  ({file})\n\n{facts}\n\n{numbered(checked.mistakes)}"


def _json(file: Path, checked: Sequence[Checked], mistakes: Sequence[Mistake] = ()) -> str:
    dags: list[dict[str, Any]] = [
        {"dag_id": each.dag_id, **as_json(each.sections), "mistakes": _plain(each.mistakes)}
        for each in checked
    ]
    every = [*_plain(mistakes), *(mistake for dag in dags for mistake in dag["mistakes"])]
    return json.dumps({"file": str(file), "dags": dags, "mistakes": every}, indent=2, default=str)


def _plain(mistakes: Sequence[Mistake]) -> list[dict[str, str]]:
    return [{"place": mistake.where, "text": mistake.text} for mistake in mistakes]


if __name__ == "__main__":
    sys.exit(main())
