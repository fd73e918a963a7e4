"""The command `rookery`: a first plan from a file, what a plan will do and what is wrong with it, before
money is spent; and the way back to an older version."""

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


_NEW_DESCRIPTION = """\
Write a DAG file with a first plan for a CSV file. What each column is for is
guessed by what is in it, and each guess stands beside what it led to. The file
is copied to the project's data folder, unless it is there. Nothing is written
over, and no connection is made.
"""
_NEW_EPILOG = """\
example:
  rookery new data/customers.csv --label Churned

exit status: 0 if the plan passes `rookery check`, 1 if the file has mistakes, or
if no plan can be made of it, 2 if there is no such file or label
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
    _add_check(commands)
    _add_new(commands)
    _add_rollback(commands)
    return parser


def _add_check(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
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


def _add_new(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    new = commands.add_parser(
        "new",
        help="write a DAG file with a first plan for a CSV file",
        description=_NEW_DESCRIPTION,
        epilog=_NEW_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    new.add_argument(
        "file", type=Path, metavar="FILE.csv", help="a CSV file whose first line names its columns"
    )
    new.add_argument(
        "--label", metavar="COLUMN", help="the column that the model predicts (it is asked for otherwise)"
    )
    new.add_argument(
        "--output",
        type=Path,
        metavar="DAG_FILE",
        help="the file to write (default: dags/<name of the file>.py)",
    )
    new.set_defaults(run=lambda options: _new(options.file, options.label, options.output))


def _new(file: Path, label: str | None, output: Path | None) -> int:
    from rookery.new.command import default_dag_file, make

    if not file.is_file():
        raise NothingToCheck(f"there is no file {file}")
    dag_file = output or default_dag_file(file)
    if not dag_file.parent.is_dir():
        raise NothingToCheck(f"there is no folder {dag_file.parent}: name the file to write with --output")
    try:
        made = make(file, dag_file, lambda names: label or _asked(names))
    except PlanError as error:
        print(f"rookery: {error}", file=sys.stderr)
        return MISTAKES
    if made.copied_to:
        print(f"{file} was copied to {made.copied_to}")
    print(f"{made.dag_file} is written: read its comments, each is a guess. Then:")
    print(f"  rookery check {made.dag_file}")
    return _checked_silently(made.dag_file)


def _asked(names: Sequence[str]) -> str:
    """The label, asked for where somebody can answer."""
    if not sys.stdin.isatty():
        raise NothingToCheck(f"name the label with --label, one of: {', '.join(names)}")
    print("The columns are:", *names, sep="\n  ")
    return input("Which of them is the label, the column that the model predicts? ").strip()


def _checked_silently(dag_file: Path) -> int:
    """What `rookery check` finds wrong with a file that was just written."""
    try:
        mistakes = [mistake for each in _checkables(dag_file) for mistake in each.mistakes()]
    except (PlanError, DagFileError) as error:
        mistakes = [Mistake(str(error))]
    if not mistakes:
        return OK
    print(f"\nIt does not pass the check yet:\n{numbered(mistakes)}")
    return MISTAKES


def _add_rollback(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
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
