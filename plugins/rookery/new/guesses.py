"""What each column of a file is for, guessed by what is in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rookery.exceptions import PlanError
from rookery.mistakes import did_you_mean
from rookery.new.columns import Column, same_names
from rookery.sources.csv_faults import has_unit
from rookery_jobs.contract import MAX_CLASSES, ContractError, check_columns, first_ten, label_of

LEFT_OUT, NUMERIC, CATEGORICAL, BOOLEAN = "left out", "numeric", "categorical", "boolean"

_MOST_CATEGORIES = 100
_FEW_CLASSES = 20
_ID = re.compile(r"(^|[_\s-])(id|ID|Id)$|[a-z0-9](Id|ID)$|^(uuid|guid|key)$")


@dataclass(frozen=True)
class Guess:
    """What a column is, NUMERIC, CATEGORICAL, BOOLEAN or LEFT_OUT, and why."""

    name: str
    role: str
    why: str


@dataclass(frozen=True)
class LabelGuess:
    """The label, its type, and why it is taken for that."""

    name: str
    label_type: str
    why: str


def decimal_of(columns: Sequence[Column], delimiter: str) -> str:
    """What stands before the fraction of a number in this file.

    In a file with commas between values, `1,234` is rather a number with a separator of thousands: there, one
    comma must be another.
    """
    commas = [each for each in columns if each.is_numeric(",") and not each.is_numeric(".")]
    return "," if any(delimiter != "," or each.clear_commas for each in commas) else "."


def label_of_table(columns: Sequence[Column], name: str, decimal: str) -> LabelGuess:
    """The label by its name. Raises PlanError for one that is not there, or that nothing could learn."""
    found = [each for each in columns if each.name == name]
    if len(found) != 1:
        names = [each.name for each in columns]
        hint = did_you_mean(name, names) or f"; there are {first_ten(names)}"
        raise PlanError(f"{name!r} is {len(found)} columns of the file, and the label must be one{hint}")
    label = found[0]
    if why := _unfit_name(f"{name}_", name):
        raise PlanError(f"the label cannot be {name!r}: {why}")
    if len(label.values) < 2:
        value = first_ten(map(repr, label.values)) or "none"
        raise PlanError(f"the label {name!r} has one value in all rows, {value}: there is nothing to learn")
    return LabelGuess(name, *_type_of_label(label, decimal))


def guesses(columns: Sequence[Column], label: str, decimal: str) -> list[Guess]:
    """What the other columns are. Raises PlanError if nothing is left to learn from."""
    twice = same_names(columns)
    made = [
        Guess(each.name, LEFT_OUT, "another column has the same name, but for upper and lower case")
        if each.name.lower() in twice
        else _guess(each, label, decimal)
        for each in columns
        if each.name != label
    ]
    if _unfit_together(made, label):
        made = list(_without_clashes(made, label))
    if all(each.role == LEFT_OUT for each in made):
        reasons = first_ten(f"{each.name!r}: {each.why}" for each in made)
        raise PlanError(f"no column is left to learn from. {reasons}")
    return made


def _type_of_label(label: Column, decimal: str) -> tuple[str, str]:
    if label.has_groups and not label.is_numeric(decimal):
        raise PlanError(f"the label {label.name!r} has {_groups(label)}")
    known = label.values.keys() - marks_of(label, decimal)
    values = set() if label.is_full else known
    count = len(values)
    if values and count <= MAX_CLASSES:
        whole = sorted(int(each) for each in (label_of(value, "int") for value in values) if each is not None)
        if whole == [*range(count)]:
            return "int", f"{count} classes, numbered from 0"
        if all(label_of(value, "boolean") for value in values):
            return "boolean", "true and false"
        if label.codes:
            return "string", f"{count} different codes, as some begin with 0"
        if count <= _FEW_CLASSES and all(label_of(value, "long") for value in values):
            return "long", f"{count} whole numbers, taken for classes; if they are amounts, say 'double'"
        if not label.is_numeric(decimal):
            return "string", f"{count} different texts"
    if label.is_numeric(decimal):
        return "double", "numbers, taken for amounts"
    raise PlanError(
        f"the label {label.name!r} has more than {MAX_CLASSES} different texts: nothing could learn so many "
        "classes; name another column"
    )


def marks_of(column: Column, decimal: str) -> set[str]:
    """The marks of a column that say that there is no value: where all else is numbers, or true and false.
    Among other texts they may be texts as well."""
    return set(column.marks) if column.is_numeric(decimal) or column.is_boolean else set()


def _guess(column: Column, label: str, decimal: str) -> Guess:
    if why := _unfit(column, label) or _id(column):
        return Guess(column.name, LEFT_OUT, why)
    if column.codes:
        return _codes(column)
    if column.is_numeric(decimal):
        different = len(column.values.keys() - column.marks.keys())
        lacking = column.rows - column.given
        return Guess(column.name, NUMERIC, _counted("numbers", different, lacking, column))
    if column.is_boolean:
        return Guess(column.name, BOOLEAN, _counted("values", 2, column.rows - column.given, column))
    if column.is_numeric("."):
        why = "numbers with a decimal point, while those of other columns have a comma"
        return Guess(column.name, LEFT_OUT, why)
    if column.has_groups:
        return Guess(column.name, LEFT_OUT, _groups(column))
    if column.odd is not None and has_unit(column.odd) and len(column.values) > _MOST_CATEGORIES:
        return Guess(
            column.name, LEFT_OUT, f"not numbers alone, such as {column.odd!r}: write them without the rest"
        )
    odd = f", most of them numbers, but not {column.odd!r}" if column.mostly_numeric(decimal) else ""
    if len(column.values) > _MOST_CATEGORIES:
        remedy = (
            f": if that is no value, say missing=[{column.odd!r}], and take it for numbers" if odd else ""
        )
        return Guess(column.name, LEFT_OUT, f"too many different texts for categories{odd}{remedy}")
    return Guess(column.name, CATEGORICAL, _counted("texts", len(column.values), column.empty, column) + odd)


def _codes(column: Column) -> Guess:
    """Whole numbers of which some begin with a zero: texts, as `007` is not 7."""
    if len(column.values) > _MOST_CATEGORIES:
        return Guess(column.name, LEFT_OUT, "codes, as some begin with 0, and too many for categories")
    why = _counted("codes, as some begin with 0", len(column.values), column.empty, column)
    return Guess(column.name, CATEGORICAL, why)


def _groups(column: Column) -> str:
    such = f"such as {column.grouped!r}"
    return f"numbers that have separators of thousands, or may have them, {such}: write them without"


def _counted(what: str, different: int, lacking: int, column: Column) -> str:
    count = f"{different} or more" if column.is_full else str(different)
    return f"{count} different {what}" + (f"; {lacking} of {column.rows} are missing" if lacking else "")


def _unfit(column: Column, label: str) -> str | None:
    """Why a column tells a model nothing, or cannot be one of its inputs."""
    if why := _unfit_name(column.name, f"{label}_"):
        return why
    if column.given == 0:
        return "it has no value"
    if len(column.values) == 1 and not column.empty:
        return "the same value in all rows"
    if column.times == column.given:
        return "a time: TimeSplit(column=…) has the latest rows judge, as_of_column=… trains for past dates"
    return None


def _without_clashes(made: Sequence[Guess], label: str) -> Iterator[Guess]:
    """The guesses; those are left out that the pipeline cannot take beside those before them."""
    taken: list[Guess] = []
    for guess in made:
        why = None if guess.role == LEFT_OUT else _unfit_together([*taken, guess], label)
        if why is None:
            taken.append(guess)
        yield guess if why is None else Guess(guess.name, LEFT_OUT, why)


def _unfit_together(made: Sequence[Guess], label: str) -> str | None:
    by_role = {
        role: [each.name for each in made if each.role == role] for role in (CATEGORICAL, NUMERIC, BOOLEAN)
    }
    return _unfit_names(by_role[CATEGORICAL], [*by_role[NUMERIC], *by_role[BOOLEAN]], label)


def _unfit_name(name: str, label: str) -> str | None:
    return _unfit_names([], [name], label)


def _unfit_names(categorical: Sequence[str], numeric: Sequence[str], label: str) -> str | None:
    if not categorical and not numeric:
        return None
    try:
        check_columns(categorical, numeric, label)
    except ContractError as error:
        return str(error)
    return None


def _id(column: Column) -> str | None:
    if column.counts_rows:
        return "it counts the rows"
    is_other_in_every_row = column.is_full or len(column.values) == column.rows
    if is_other_in_every_row and _ID.search(column.name):
        return "an id, by its name and its many values: it tells rows apart, and nothing of them"
    return None
