"""The DAG file of a first plan, as text: each guess stands beside what it led to."""

from __future__ import annotations

import json
import keyword
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

from rookery.new.guesses import BOOLEAN, CATEGORICAL, LEFT_OUT, NUMERIC, Guess, LabelGuess
from rookery.sources.csv_writing import Writing

_INDENT = " " * 8
_USUAL_DROPPED = 0.2

_IMPORTED = (
    "CsvSource",
    "Endpoint",
    "Features",
    "RandomSplit",
    "Registry",
    "Sweep",
    "TrainingPlan",
    "training_dag",
)

_ALGORITHMS = {
    "classification": [
        'Sweep(algorithm="LogisticRegression", grid={"maxIter": [50], "regParam": [0.0, 0.01, 0.1]})',
        'Sweep(algorithm="RandomForestClassifier", grid={"numTrees": [20], "maxDepth": [5, 8]})',
    ],
    "regression": [
        'Sweep(algorithm="LinearRegression", grid={"regParam": [0.0, 0.1, 1.0]})',
        'Sweep(algorithm="RandomForestRegressor", grid={"numTrees": [20], "maxDepth": [5, 8]})',
    ],
}
_METRICS = {
    "classification": ("accuracy", "the share of rows that are predicted right"),
    "regression": ("rmse", "how far predictions are off, in the label's unit"),
}


@dataclass(frozen=True)
class FirstPlan:
    """All that the text is made of. `name` is a slug; `lacking` says for which roles values are missing,
    `unlabelled` which share of the rows has no label."""

    name: str
    url: str
    writing: Writing
    label: LabelGuess
    columns: Sequence[Guess]
    lacking: frozenset[str]
    unlabelled: float = 0.0

    @property
    def text(self) -> str:
        """The file."""
        return "\n".join([*self._head(), "plan = TrainingPlan(", *self._plan(), ")", "", *self._dag()]) + "\n"

    def _head(self) -> Iterator[str]:
        label, url = map(_in_docstring, (self.label.name, self.url))
        yield f'"""Airflow DAG: what is {label}? A first plan for {url}."""'
        yield ""
        yield "from rookery import ("
        yield from (f"    {name}," for name in _IMPORTED)
        yield ")"
        yield ""

    def _plan(self) -> Iterator[str]:
        objective = "regression" if self.label.label_type == "double" else "classification"
        metric, meaning = _METRICS[objective]
        title = re.sub("[_-]+", " ", self.name).title()
        yield from self._source()
        yield from self._features()
        yield f"    label={_quoted(self.label.name)},"
        yield f"    label_type={_quoted(self.label.label_type)},  # {self.label.why}"
        yield "    # A row is for train, validation or test by its hash; split_key=… keeps rows together."
        yield "    # Keep the seed: with another one, rows that a model was trained on judge the next."
        yield "    split=RandomSplit(validation_size=0.15, test_size=0.15, seed=42),"
        yield "    # Every combination of the values is trained, and the best of all wins."
        yield "    sweep=["
        yield from (f"{_INDENT}{sweep}," for sweep in _ALGORITHMS[objective])
        yield "    ],"
        yield f"    metric={_quoted(metric)},  # {meaning}"
        yield "    # When you know what is good enough, add gates=[Gate(metric=…, threshold=…)]."
        yield f"    registry=Registry(registered_model_name={_quoted(title)}),"
        yield f"    endpoint=Endpoint(name={_quoted(f'predict-{self.name}'[:63])}),"
        if self.unlabelled > _USUAL_DROPPED:
            share = math.ceil(self.unlabelled * 100) / 100
            yield f"    max_dropped_share={share},  # so many rows have no label, and teach nothing"

    def _dag(self) -> Iterator[str]:
        dag_id = _quoted(self.name)
        yield f"{_identifier(self.name)} = training_dag(plan, dag_id={dag_id}, schedule=None, catchup=False)"

    def _source(self) -> Iterator[str]:
        yield "    source=CsvSource("
        yield f"{_INDENT}url={_quoted(self.url)},"
        usual = Writing()
        for each in fields(Writing):
            value = getattr(self.writing, each.name)
            if value != getattr(usual, each.name):
                shown = list(value) if isinstance(value, tuple) else value
                yield f"{_INDENT}{each.name}={_literal(shown)},{_REASONS.get(each.name, '')}"
        yield "    ),"

    def _features(self) -> Iterator[str]:
        left_out = [guess for guess in self.columns if guess.role == LEFT_OUT]
        if left_out:
            yield "    # Left out:"
        for guess in left_out:
            yield f"    # - {guess.name!r}: {guess.why}"
        yield "    features=Features("
        for role in (CATEGORICAL, NUMERIC, BOOLEAN):
            yield from self._columns(role)
        if not self.lacking.isdisjoint((NUMERIC, BOOLEAN)):
            yield f'{_INDENT}missing_numeric="median",  # of the train rows; or "drop" such rows'
        if CATEGORICAL in self.lacking:
            yield f'{_INDENT}missing_categorical="category",  # one of its own; or "drop" such rows'
        if any(guess.role == CATEGORICAL for guess in self.columns):
            yield f'{_INDENT}handle_invalid="keep",  # of categories that no row had in training; or "error"'
            yield f'{_INDENT}encoding="one-hot",'
        yield "    ),"

    def _columns(self, role: str) -> Iterator[str]:
        chosen = [guess for guess in self.columns if guess.role == role]
        if not chosen:
            return
        yield f"{_INDENT}{role}=["
        for guess in chosen:
            yield f"{_INDENT}    {_quoted(guess.name)},  # {guess.why}"
        yield f"{_INDENT}],"


_REASONS = {
    "encoding": "  # it is not UTF-8; see that words with accents are right",
    "missing": "  # in columns of numbers, or of true and false",
    "multiline": "  # values within quotes have line breaks",
}


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _literal(value: object) -> str:
    return repr(value) if isinstance(value, bool) else json.dumps(value, ensure_ascii=False)


def _in_docstring(text: str) -> str:
    """A name within three quotes: no quote and no backslash of its own may end or change them."""
    return text.replace("\\", "/").replace('"', "'")


def _identifier(name: str) -> str:
    text = "".join(each if each.isalnum() else "_" for each in name).lower()
    return text if text.isidentifier() and not keyword.iskeyword(text) else f"dag_{text}"
