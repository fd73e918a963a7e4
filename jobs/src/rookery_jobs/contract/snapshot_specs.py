"""What `prepare` is asked, and the manifest that it writes back."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated

from rookery_jobs.contract.columns import (
    check_as_of_column,
    check_columns,
    label_column,
    probability_column,
)
from rookery_jobs.contract.documents import Document, Inline
from rookery_jobs.contract.expectations import NOTHING_EXPECTED, ExpectationsSpec, Finding
from rookery_jobs.contract.identity import BALANCED, EQUAL, USUAL, snapshot_digest
from rookery_jobs.contract.objectives import check_label_type, objective_of_label
from rookery_jobs.contract.objectives.classification import CLASSIFICATION, label_of
from rookery_jobs.contract.origin import check_as_of
from rookery_jobs.contract.sources import SOURCES, SourceSpec
from rookery_jobs.contract.splits import SPLITS, SplitSpec
from rookery_jobs.contract.text import TEXT_RULE
from rookery_jobs.contract.treatment import Treatment
from rookery_jobs.errors import ContractError


@dataclass(frozen=True)
class SnapshotSpec(Document):
    """What `prepare` is asked: which columns of which source, and how to split its rows.

    `categorical` columns become strings, `numeric` ones doubles, and `boolean` ones, which are treated as the
    numbers 1 and 0, booleans. With an `as_of_column`, rows whose time
    there is `as_of` or later are left out (None: no row is); the side of a row does not depend on it.
    `text_rule` is what text means (see `contract.text`). `label_type` is one of LABEL_TYPES, and `treatment`
    what becomes of the features' values. With `class_weights` BALANCED, all rows of a class together weigh as
    much as those of any other; `label_weights` says instead what a row of a label weighs, 1 for those that
    it does not name. With `probabilities`, a model answers with those of all labels too. `digest` is
    `snapshot_digest` of all this. If the source is not pinned, it is that of the question; `prepare` makes
    the snapshot that is `pinned`, and leaves its spec at `pinned_path`.

    `max_dropped_share` limits the incomplete rows among those that are seen (1: no limit), `max_classes` and
    `max_categories` those of the label and of each categorical column (None: no limit but MAX_CLASSES).
    `measured_labels` must be there, as metrics of the plan are measured for them. `expectations` say what the
    rows must be like. All these are not in the digest, since they do not change
    the snapshot.
    """

    source: Annotated[SourceSpec, Inline(SOURCES, usual="csv", prefix="source_")]
    snapshot_path: str
    categorical: tuple[str, ...]
    numeric: tuple[str, ...]
    label: str
    split: Annotated[SplitSpec, Inline(SPLITS, usual="random")]
    as_of_column: str | None
    as_of: str | None
    digest: str
    text_rule: int = 0
    max_dropped_share: float = 1.0
    label_type: str = CLASSIFICATION.label_type
    treatment: Treatment = USUAL
    class_weights: str = EQUAL
    max_classes: int | None = None
    max_categories: int | None = None
    label_weights: dict[str, float] = field(default_factory=dict)
    boolean: tuple[str, ...] = ()
    probabilities: bool = False
    expectations: ExpectationsSpec = NOTHING_EXPECTED
    measured_labels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_columns(self.categorical, self.numeric, self.label, self.boolean)
        self._check_as_of()
        check_dropped_share(self.max_dropped_share)
        check_label_type(self.label_type)
        check_class_weights(self.class_weights, objective_of_label(self.label_type))
        check_label_weights(self.label_weights, self.label_type)
        check_probabilities(objective_of_label(self.label_type), wanted=self.probabilities)
        if not 0 <= self.text_rule <= TEXT_RULE:
            raise ContractError(f"text rule {self.text_rule} is unknown; this code has 0 to {TEXT_RULE}")
        expected = self._digest(self.source)
        if self.digest != expected:
            raise ContractError(
                f"snapshot digest {self.digest!r} does not fit its spec, which gives {expected}"
            )

    def _digest(self, source: SourceSpec) -> str:
        return snapshot_digest(
            source=source,
            split=self.split,
            categorical=self.categorical,
            numeric=self.numeric,
            label=self.label,
            as_of_column=self.as_of_column,
            as_of=self.as_of,
            text_rule=self.text_rule,
            label_type=self.label_type,
            treatment=self.treatment,
            class_weights=self.class_weights,
            label_weights=self.label_weights,
            boolean=self.boolean,
            probabilities=self.probabilities,
        )

    def pinned(self, source: SourceSpec) -> "SnapshotSpec":
        """The same, of that very content of its source: with the digest that this gives, and beside it."""
        digest = self._digest(source)
        folder = self.snapshot_path.rpartition("/")[0]
        return replace(self, source=source, digest=digest, snapshot_path=f"{folder}/{digest}")

    def _check_as_of(self) -> None:
        check_as_of(self.as_of)
        if self.as_of_column is not None:
            check_as_of_column(self.as_of_column, self.features, self.label)
        elif self.as_of is not None:
            raise ContractError(f"as_of {self.as_of} has no column to compare with: name an as_of_column")

    @property
    def features(self) -> tuple[str, ...]:
        """All feature columns, categorical first, in the order the model takes them."""
        return self.categorical + self.numbers

    @property
    def numbers(self) -> tuple[str, ...]:
        """The feature columns that are numbers to the model."""
        return self.numeric + self.boolean

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns of the source that are read, each once."""
        time = (self.as_of_column,) if self.as_of_column else ()
        return tuple(dict.fromkeys((*self.features, self.label, *self.split.columns, *time)))

    @property
    def required(self) -> tuple[str, ...]:
        """The columns without whose value a row is incomplete."""
        numeric = () if self.treatment.drops_numeric else self.numbers
        categorical = () if self.treatment.drops_categorical else self.categorical
        return tuple(name for name in self.columns if name not in (*numeric, *categorical))

    @property
    def is_weighted(self) -> bool:
        """Whether rows of some classes weigh more than others in training."""
        return self.class_weights == BALANCED or bool(self.label_weights)

    @property
    def label_column(self) -> str:
        """The name that the label has in the snapshot: there it is a class from 0 on, or a real number."""
        return label_column(self.label)

    @property
    def sides(self) -> tuple[str, ...]:
        """The sides its split has."""
        return self.split.sides

    @property
    def selection_side(self) -> str:
        """The side whose metrics choose the best point."""
        return self.split.selection_side


def check_dropped_share(share: float) -> None:
    """Raise ContractError for a limit that is no share of the rows."""
    if not 0 <= share <= 1:
        raise ContractError(f"max_dropped_share {share:g} is no share of the rows; it must be from 0 to 1")


def check_class_weights(weights: str, objective: str) -> None:
    """Raise ContractError for weights that are none, or for those of classes where there are none."""
    if weights not in (EQUAL, BALANCED):
        raise ContractError(f"class_weights cannot be {weights!r}; they can be {EQUAL}, {BALANCED}")
    if weights != EQUAL and objective != "classification":
        raise ContractError(f"class_weights cannot be {weights!r}, as a {objective} has no classes")


def check_probabilities(objective: str, *, wanted: bool) -> None:
    """Raise ContractError for probabilities of classes where there are none."""
    if wanted and objective != "classification":
        raise ContractError(f"there are no probabilities, as a {objective} has no classes")


def check_label_weights(weights: Mapping[str, float], label_type: str) -> None:
    """Raise ContractError for weights of what is no label, and for one that is no number above 0."""
    if weights and objective_of_label(label_type) != "classification":
        raise ContractError(f"a label that is {label_type} has no classes that could have weights")
    for label, weight in weights.items():
        if label_of(label, label_type) != label:
            raise ContractError(f"class_weights names {label!r}, which is no label of type {label_type}")
        if not 0 < weight < math.inf:
            raise ContractError(f"the weight of {label!r} cannot be {weight:g}; it must be a number above 0")


@dataclass(frozen=True)
class Manifest(Document):
    """What `prepare` made of a SnapshotSpec.

    `columns` has the Spark types, features first. Of `rows_read` rows, `rows_later` were at or after the
    snapshot's `as_of`, `rows_dropped` were incomplete, and `rows_kept` are in it: `rows` and `class_counts`
    are per side (a label without classes has none). `empty` has the columns with empty values, and in how
    many of the rows that are seen. `example` is one record of features. `labels` are the values of a label
    that is indexed, each at its class. `findings` are what is not as it was expected, `drift` the population
    stability index of each column that was compared with the champion's, the largest first.
    """

    snapshot: SnapshotSpec
    columns: dict[str, str]
    rows_read: int
    rows_later: int
    rows_dropped: int
    rows_kept: int
    rows: dict[str, int]
    class_counts: dict[str, dict[str, int]]
    example: dict[str, float | str | bool | None]
    empty: dict[str, int] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    drift: dict[str, float] = field(default_factory=dict)

    @property
    def probability_columns(self) -> tuple[str, ...]:
        """The columns of a model's answer beside the prediction, each at its class; none unless wanted."""
        if not self.snapshot.probabilities:
            return ()
        if self.labels:
            return tuple(map(probability_column, self.labels))
        # A model has one for every class up to the largest.
        return tuple(
            probability_column(str(one)) for one in range(1 + max(map(int, self.class_counts["train"])))
        )
