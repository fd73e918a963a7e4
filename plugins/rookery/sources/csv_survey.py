"""What one pass over a CSV file in hand can tell, before a cluster is paid for: every mistake, with the first
row and value that show it, and what to do. The rules are those by which Spark will read the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from functools import lru_cache, partial
from typing import BinaryIO

from rookery.sources.csv_faults import (
    Fault,
    fix_of_fields,
    fix_of_label,
    fix_of_number,
    told,
    unclosed_quote,
)
from rookery.sources.csv_labels import label_reading, too_rare, wrong_labels
from rookery.sources.csv_rows import CsvRow, csv_rows, names_of
from rookery.sources.csv_writing import Writing, as_in_the_file, not_text
from rookery.sources.wanted import Wanted
from rookery_jobs.contract import (
    MAX_CLASSES,
    NOT_UTF8,
    category_of,
    first_ten,
    instant,
    label_of,
    number,
    stripped,
)

_REMEMBERED = 4096
_USUAL = Writing()
_WHOLE_ROW = ""
_OTHER_DELIMITERS = ";\t|"
_category = lru_cache(_REMEMBERED)(category_of)


def problems(content: BinaryIO, name: str, wanted: Wanted, written: Writing = _USUAL) -> list[str]:
    """Every mistake of the file, which has this `name`. The memory needed is that of some rows.

    It was `written` so before it was written anew in the usual way: messages speak of what the user has.
    """
    with csv_rows(content) as rows:
        header = next(rows, CsvRow(0, []))
        if header.fields is None:
            return [unclosed_quote(name, "its header")]
        names = names_of(header)
        found = _header_problem(names, name, wanted, written)
        return [found] if found else list(_Survey(name, names, wanted, written).problems(rows))


def _header_problem(names: Sequence[str], name: str, wanted: Wanted, written: Writing) -> str | None:
    if any(NOT_UTF8 in each for each in names):
        return f"{name} {not_text(written)}"
    if any("\0" in each for each in names):
        return f"{name} has NUL characters, as UTF-16 has: say encoding='UTF-16-LE' or save it as UTF-8"
    wrong = [column for column in wanted.columns if names.count(column) != 1]
    if not wrong:
        return None
    there = first_ten(each[:50] for each in names) or "nothing"
    between = next((each for each in _OTHER_DELIMITERS if len(names) == 1 and each in names[0]), None)
    hint = f"; say delimiter={between!r} if that stands between values" if between else ""
    return (
        f"{name} must have the columns {first_ten(wrong)} once each in its header line; found there: {there}"
        f"{hint}"
    )


class _Column:
    """One column: where it is in a row, and what its values must be."""

    def __init__(self, name: str, position: int, read: Callable[[str], object], what: str) -> None:
        self.name, self.position, self.what = name, position, what
        self._read = read
        # Values repeat, and to read a text costs ten times as much as to find it again.
        self.judge = lru_cache(_REMEMBERED)(self._judged)

    def _judged(self, field: str) -> bool | None:
        """Whether a field can be used; None if it is empty."""
        text = stripped(field)
        return None if text is None else self._read(text) is not None


class _Survey:
    """Counts over the rows. A value that cannot be used is remembered once for each column."""

    def __init__(self, name: str, names: Sequence[str], wanted: Wanted, written: Writing) -> None:
        self._name = name
        self._wanted = wanted
        self._written = written
        self._width = len(names)
        self._columns = [
            _Column(each, names.index(each), *_reading(each, wanted, written)) for each in wanted.columns
        ]
        self._label = names.index(wanted.label)
        self._time = names.index(wanted.as_of_column) if wanted.as_of_column else None
        self._as_of = instant(wanted.as_of) if wanted.as_of else None
        self._faults: dict[str, Fault] = {}
        self._faulty: Counter[str] = Counter()
        self._empty: Counter[str] = Counter()
        self._labels: Counter[str] = Counter()
        self._positions = {each.name: each.position for each in self._columns}
        self._categories: dict[str, set[str | None]] = (
            {name: set() for name in wanted.categorical} if wanted.max_categories else {}
        )
        self._asked = dict.fromkeys(wanted.asked)
        self._seen = self._dropped = 0

    def problems(self, rows: Iterator[CsvRow]) -> Iterator[str]:
        """All that is wrong with the rows."""
        is_cut = yield from self._read(rows)
        for fault in self._faults.values():
            more = self._faulty[fault.column] - 1
            yield f"{self._name}, {told(fault, more, self._fix(fault))}"
        if is_cut:
            return
        if not self._seen and _WHOLE_ROW in self._faults:
            return
        if not self._seen:
            before = f" before {self._wanted.as_of}" if self._as_of else " below its header"
            yield f"{self._name} has no row{before}"
            return
        yield from self._too_many_dropped()
        yield from self._unusable_columns()
        if self._labels and not self._faulty[self._wanted.label]:
            yield from wrong_labels(self._name, self._labels, self._wanted)
            # A row with a fault is not counted, and may be of a class that is rare without it.
            if not self._faults:
                yield from too_rare(self._name, self._labels, self._wanted)

    def _read(self, rows: Iterator[CsvRow]) -> Generator[str, None, bool]:
        """Look at all rows; whether one is not on one line, so that nothing is known of what follows."""
        for row, fields in rows:
            if fields is None:
                yield unclosed_quote(self._name, f"row {row}")
                return True
            if len(fields) != self._width:
                what = f"has {len(fields)} fields, more or fewer than the header"
                self._fault(
                    Fault(
                        _WHOLE_ROW, row, "", what, fix_of_fields(fields, self._width, self._written.delimiter)
                    )
                )
            elif self._is_later(fields):
                continue
            else:
                self._look_at(row, fields)
        return False

    def _is_later(self, fields: Sequence[str]) -> bool:
        """Whether the run may not see the row. A row without a time is incomplete, not later."""
        if self._time is None or self._as_of is None:
            return False
        time = instant(fields[self._time])
        return time is not None and time >= self._as_of

    def _look_at(self, row: int, fields: Sequence[str]) -> None:
        self._seen += 1
        is_complete = is_label = True
        for column in self._columns:
            verdict = column.judge(fields[column.position])
            if verdict:
                continue
            if verdict is None:
                self._empty[column.name] += 1
                is_complete = is_complete and column.name in self._wanted.optional
            else:
                self._fault(Fault(column.name, row, self._shown(column, fields), column.what))
                is_label = is_label and column.name != self._wanted.label
        self._dropped += not is_complete
        # A class that is only in rows which are dropped is none.
        if is_complete or not is_label:
            self._remember_label(fields)
        if is_complete:
            self._remember_categories(fields)

    def _remember_label(self, fields: Sequence[str]) -> None:
        label = stripped(fields[self._label])
        if label is not None and (label in self._labels or len(self._labels) <= MAX_CLASSES):
            self._labels[label] += 1

    def _remember_categories(self, fields: Sequence[str]) -> None:
        """Of each categorical column, up to one more than the plan's trees take; and those that are asked."""
        for name, found in self._categories.items():
            if len(found) <= (self._wanted.max_categories or 0):
                found.add(_category(fields[self._positions[name]]))
        for name, category in tuple(self._asked):
            if _category(fields[self._positions[name]]) == category:
                del self._asked[name, category]

    def _shown(self, column: _Column, fields: Sequence[str]) -> str:
        """The value as it is in the user's file."""
        value = fields[column.position].strip()
        return as_in_the_file(value, self._written) if column.name in self._wanted.numbers else value

    def _fault(self, fault: Fault) -> None:
        self._faults.setdefault(fault.column, fault)
        self._faulty[fault.column] += 1

    def _fix(self, fault: Fault) -> str:
        if fault.column == _WHOLE_ROW:
            return fault.fix
        decimal = self._written.decimal
        if fault.column == self._wanted.label:
            return fix_of_label(fault.value, self._labels, self._wanted.label_type, decimal)
        if fault.column in self._wanted.boolean:
            return "correct the values, or make the column a categorical one"
        if fault.column in self._wanted.numeric:
            return fix_of_number(fault.value, decimal)
        return "correct the values"

    def _too_many_dropped(self) -> Iterator[str]:
        share, limit = self._dropped / self._seen, self._wanted.max_dropped_share
        counts = first_ten(f"{name!r} in {count}" for name, count in self._empty.most_common())
        fix = "fill them, or take a column that is mostly empty out of the plan"
        if self._dropped == self._seen:
            yield f"{self._name} has no complete row: of {self._seen}, empty is {counts}; {fix}"
        elif share > limit:
            yield (
                f"{self._name}: {self._dropped} of {self._seen} rows are incomplete, a share of {share:.4g}, "
                f"and max_dropped_share is {limit:g}; empty is {counts}; {fix}, or raise max_dropped_share"
            )

    def _unusable_columns(self) -> Iterator[str]:
        for name in self._wanted.optional:
            if self._empty[name] == self._seen and name not in self._wanted.categorical:
                yield f"{self._name} has no value in column {name!r}: take it out of the plan"
        for name, category in self._asked:
            yield (
                f"{self._name} has no complete row whose {name!r} is {category!r}, which the endpoint is "
                "asked for by dataframe_records: no model could answer; correct the request, or say "
                "handle_invalid='keep'"
            )
        for name, found in self._categories.items():
            if len(found) > (limit := self._wanted.max_categories or 0):
                yield (
                    f"{self._name} has more than {limit} categories in column {name!r}, which is what the "
                    "trees of the plan take with their maxBins: raise it, say encoding='one-hot', or take "
                    "the column out of the plan"
                )


def _reading(name: str, wanted: Wanted, written: Writing) -> tuple[Callable[[str], object], str]:
    """What reads a text of the column, as None if it cannot, and what such a text is in words."""
    if name == wanted.label:
        read, what = label_reading(wanted.label_type)
        return read, not_text(written) if wanted.label_type == "string" else what
    if name in wanted.numeric:
        return number, "is not a finite number"
    if name in wanted.boolean:
        return partial(label_of, label_type="boolean"), "is neither true nor false"
    if name in (wanted.as_of_column, *wanted.times):
        what = "is neither a date (2026-01-05) nor an ISO 8601 timestamp, as the time of a row must be"
        return instant, what
    return _utf8, not_text(written)


def _utf8(text: str) -> str | None:
    return None if NOT_UTF8 in text else text
