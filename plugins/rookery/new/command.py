"""`rookery new`: from a CSV file to a DAG file with a first plan."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from filecmp import cmp
from pathlib import Path
from typing import NamedTuple

from rookery.exceptions import DownloadError, PlanError
from rookery.new.columns import Column, survey
from rookery.new.dag_file import FirstPlan
from rookery.new.guesses import (
    BOOLEAN,
    CATEGORICAL,
    NUMERIC,
    decimal_of,
    guesses,
    label_of_table,
    marks_of,
)
from rookery.new.writing import guess as guess_writing
from rookery.sources.csv_writing import Writing, rewrite
from rookery.sources.fetching.compressed import unpack
from rookery.sources.fetching.project_files import data_folder
from rookery.sources.landing import Limits
from rookery_jobs.contract import slug

Choose = Callable[[Sequence[str]], str]
"""The names of the columns → that of the label."""


class Made(NamedTuple):
    """The DAG file that was written, and the data file that it names, if that was copied."""

    dag_file: Path
    copied_to: Path | None


def default_dag_file(file: Path) -> Path:
    """The DAG file for a CSV file, in the folder `dags` here."""
    return Path("dags") / f"{_name(file).replace('-', '_').lower()}.py"


def make(file: Path, dag_file: Path, choose: Choose) -> Made:
    """Write a DAG file with a first plan for a CSV file, which is copied to the project's data folder, unless
    it is there. Nothing is written over.

    Raises PlanError for a file that no plan can be made of, and for a file that is in the way.
    """
    if dag_file.exists():
        raise PlanError(f"{dag_file} is there already: move it away, or name another file with --output")
    writing, columns = _read(file)
    writing, plan = _planned(file, dag_file, writing, columns, choose)
    copied = _copied(file, data_folder(str(dag_file)))
    dag_file.write_text(plan.text, encoding="utf-8")
    return Made(dag_file, copied)


def _read(file: Path) -> tuple[Writing, list[Column]]:
    """How it is written, and what is in its columns."""
    with (
        file.open("rb") as content,
        tempfile.TemporaryFile() as plain,
        tempfile.TemporaryFile() as usual,
    ):
        try:
            text = plain if unpack(content, plain, file.name, Limits().size) else content
            writing = guess_writing(text, file.name)
            rewrite(text, usual, writing, (), file.name)
        except DownloadError as error:
            raise PlanError(str(error)) from error
        return writing, survey(usual, file.name)


def _planned(
    file: Path, dag_file: Path, writing: Writing, columns: Sequence[Column], choose: Choose
) -> tuple[Writing, FirstPlan]:
    decimal = decimal_of(columns, writing.delimiter)
    label = label_of_table(columns, choose([each.name for each in columns]), decimal)
    made = guesses(columns, label.name, decimal)
    roles = {guess.name: guess.role for guess in made}
    by_role = {
        role: [each for each in columns if roles.get(each.name) == role]
        for role in (NUMERIC, CATEGORICAL, BOOLEAN)
    }
    marked = [*by_role[NUMERIC], *by_role[BOOLEAN], *(each for each in columns if each.name == label.name)]
    marks = {mark for each in marked for mark in marks_of(each, decimal)}
    lacking = {
        role
        for role, found in by_role.items()
        if any(each.empty or each.marks.keys() & marks for each in found)
    }
    writing = replace(writing, decimal=decimal, missing=tuple(sorted(marks)))
    url = f"data/{_place(file, data_folder(str(dag_file)))}"
    (labelled,) = (each for each in columns if each.name == label.name)
    missing = labelled.empty + sum(labelled.marks[mark] for mark in marks)
    unlabelled = missing / labelled.rows
    plan = FirstPlan(_name(dag_file), url, writing, label, made, frozenset(lacking), unlabelled)
    return writing, plan


def _name(file: Path) -> str:
    """A file's name as one that a DAG, a model and an endpoint can have."""
    return slug(Path(file.name.removesuffix(".gz")).stem).replace(".", "_").strip("_-") or "x"


def _place(file: Path, folder: Path) -> str:
    """The path that the file has, or will have, in the data folder."""
    path, base = file.resolve(), folder.resolve()
    if path.is_relative_to(base):
        return path.relative_to(base).as_posix()
    return f"{slug(file.stem)}{file.suffix.lower()}"


def _copied(file: Path, folder: Path) -> Path | None:
    target = folder / _place(file, folder)
    if target.resolve() == file.resolve():
        return None
    if target.exists() and not cmp(file, target, shallow=False):
        raise PlanError(
            f"{target} is another file of the same name: rename {file.name}, or put it there yourself"
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    # Under its own name it is there whole, or not at all.
    partly = target.with_name(f".{target.name}.part")
    shutil.copyfile(file, partly)
    partly.replace(target)
    return target
