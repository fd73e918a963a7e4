"""What a user declares to have a model trained: a TrainingPlan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Annotated, Literal

from pydantic import FiniteFloat, SerializeAsAny

from rookery.mistakes import Mistake
from rookery.parts import Plan, by_kind, checked, refused
from rookery.plan.compute import Compute
from rookery.plan.endpoint import Endpoint, categories_asked, check_request
from rookery.plan.features import Features, check_as_of, check_features, check_label, check_label_type
from rookery.plan.folders import check_folder
from rookery.plan.gate import Gate, check_gates, check_metric, check_metric_of
from rookery.plan.promotion.approval import NONE, check_approval
from rookery.plan.promotion.expectations import Expectations, check_expectations
from rookery.plan.promotion.judge import Judge, check_judge_of
from rookery.plan.registry import Registry
from rookery.plan.splits import SPLITS, Split
from rookery.plan.sweep import Sweep, candidates, check_sweeps, objective_of
from rookery.plan.weights import ByLabel, by_label, check_weights
from rookery.sources import SOURCES, Source
from rookery.sources.wanted import Wanted
from rookery_jobs.contract import EQUAL, OBJECTIVES, ContractError, check_probabilities, labels_of, metric_of
from rookery_jobs.grid import Candidate, max_categories, max_classes


def _check_split(split: Split, features: Features, label: str) -> Iterator[Mistake]:
    yield from split.mistakes(label)
    for name in split.spec().times:
        if name in (*features.numeric, *features.boolean):
            yield Mistake(
                f"{name!r} is a time to the split, and among the features a number: leave it out there",
                ("column",),
            )


def _check_probabilities(wanted: object, sweep: Sequence[Sweep]) -> Iterator[Mistake]:
    check = partial(check_probabilities, objective_of(sweep), wanted=bool(wanted))
    yield from refused(check, ContractError)
    if wanted and _by_spark(sweep):
        yield Mistake(f"{_by_spark(sweep)} is served by MLflow's Spark flavor, which answers without them")


def _check_package(package: str | None, sweep: Sequence[Sweep]) -> Iterator[Mistake]:
    if package is not None and not _by_spark(sweep):
        yield Mistake("no sweep has an estimator by dotted path, which could be one of it")


def _by_spark(sweep: Sequence[Sweep]) -> str | None:
    """The first estimator that only Spark can serve."""
    return next((each.algorithm for each in sweep if each.is_dotted_path), None)


def _check_share(value: float) -> Iterator[Mistake]:
    if not 0 <= value <= 1:
        yield Mistake(f"{value:g} is no share of the rows; it must be from 0 to 1")


class TrainingPlan(Plan):
    """From a source to a served model: what to train on, which grid, how to choose, where to put the result.

    Raises PlanError with every mistake and its place.
    """

    source: Annotated[SerializeAsAny[Source], by_kind(SOURCES, "csv")]
    """The data."""
    features: Annotated[Features, checked(check_features)]
    """The columns that the model takes."""
    label: Annotated[str, checked(check_label, "features")]
    """The column that the model predicts: see `label_type`."""
    split: Annotated[
        SerializeAsAny[Split], by_kind(SPLITS, "random"), checked(_check_split, "features", "label")
    ]
    """Which rows train, choose and judge."""
    sweep: Annotated[tuple[Sweep, ...], checked(check_sweeps)]
    """The points to train."""
    label_type: Annotated[str | None, checked(check_label_type, "sweep")] = None
    """What the label's values are, by Spark's names. For classes: `int`, the classes 0, 1, 2, …, which are
    answered as doubles (the default); `long`, `boolean` or `string`, any whole numbers, true and false, or
    texts, of which the endpoint answers with the label's own. For regression: `double`."""
    class_weights: Annotated[str | ByLabel, checked(check_weights, "sweep", "label_type")] = EQUAL
    """What a row weighs in training: `equal`, with `balanced` the rarer its class, the more, or by its label,
    such as `{"yes": 5}`, where labels that are not named weigh 1. Metrics count rows in any case."""
    probabilities: Annotated[bool, checked(_check_probabilities, "sweep")] = False
    """Whether the model answers with the probability of each label too: beside `prediction`, the endpoint's
    answers and the files of batch scoring have `probability_<label>`."""
    package: Annotated[str | None, checked(_check_package, "sweep")] = None
    """A package with estimators of your own: its folder, or a wheel, by its path from the folder of the DAG
    file. It travels with the job code, and nothing is installed on the cluster."""
    metric: Annotated[str, checked(check_metric), checked(check_metric_of, "sweep", "label_type")] = (
        "accuracy"
    )
    """Chooses among the points, on the validation rows; its direction is Spark's. One that Spark measures for
    one class is named with the label, as in `recallByLabel/yes`."""
    gates: Annotated[tuple[Gate, ...], checked(check_gates, "sweep", "label_type")] = ()
    """What the winner must reach on the test rows."""
    judge: Annotated[Judge, checked(check_judge_of, "sweep")] = Judge()
    """When the winner replaces the version that serves."""
    registry: Registry
    """Where the winner is registered."""
    endpoint: Annotated[Endpoint, checked(check_request, "features")]
    """Where the winner is served."""
    compute: Annotated[Compute, checked(Compute.mistakes)] = Compute()
    """What it is trained on."""
    data_root: Annotated[str, checked(check_folder)] = "dbfs:/rookery"
    """A folder on DBFS (`dbfs:/…`) or in a Volume (`/Volumes/catalog/schema/volume/…`) for all files."""
    as_of_column: Annotated[str | None, checked(check_as_of, "features", "label")] = None
    """A column of dates or ISO 8601 timestamps (in UTC where they name no zone): a run with a data interval
    sees only the rows before the interval's end, a run without one all rows."""
    max_dropped_share: Annotated[FiniteFloat, checked(_check_share)] = 0.2
    """How many of the rows may be incomplete, from 0 to 1: those with an empty value in one of the plan's
    columns are dropped. A run with more fails before it trains."""
    log_models: Literal["auto", "best", "all"] = "auto"
    """Which models are logged besides the winner's, which always is: with `best` the best of each mapped
    task, with `all` each point's. `auto` logs what took longer to fit than a model takes to log, about five
    seconds, or what another fit need not give again."""
    expectations: Annotated[Expectations, checked(check_expectations, "features")] = Expectations()
    """What the prepared rows must be like, and how far they may have drifted."""
    approval: Annotated[str, checked(check_approval)] = NONE
    """Whether a person must approve of a version before it is deployed: `none` or `required`."""
    deploy: bool = True
    """Whether the winner is served. A backfill deploys only if its conf says so."""
    keep_endpoint: bool = True
    """Whether an endpoint that the run creates stays when the run has ended."""

    def candidates(self) -> tuple[Candidate, ...]:
        """The points to train, with parameters converted by their Spark types."""
        return candidates(self.sweep)

    @property
    def objective(self) -> str:
        """What the model is for: `classification` or `regression`."""
        return objective_of(self.sweep)

    @property
    def type_of_label(self) -> str:
        """The plan's `label_type`, or the usual one for its objective."""
        return self.label_type or OBJECTIVES[self.objective].label_type

    @property
    def label_weights(self) -> dict[str, float]:
        """What a row of a label weighs, by the labels that the plan names."""
        return by_label(self.class_weights, self.type_of_label)

    @property
    def max_classes(self) -> int | None:
        """The classes that its algorithms can tell apart, and its metrics can measure, at most."""
        limits = [metric_of(name).max_classes for name in self._metrics]
        known = [limit for limit in (max_classes(self.candidates()), *limits) if limit is not None]
        return min(known, default=None)

    @property
    def labels_measured(self) -> tuple[str, ...]:
        """The labels that one of its metrics is measured for."""
        return labels_of(self._metrics)

    @property
    def _metrics(self) -> tuple[str, ...]:
        return (self.metric, *(gate.metric for gate in self.gates))

    @property
    def max_categories(self) -> int | None:
        """The categories that a column may have at most, if trees take their indexes."""
        limit = None if self.features.encoding == "one-hot" else max_categories(self.candidates())
        # Spark counts that of unseen categories too.
        return limit - self.features.treatment.keeps_unseen if limit else None

    def wanted(self, as_of: str | None = None) -> Wanted:
        """What the source must be like for a run that sees the rows before `as_of` (None: all)."""
        return Wanted(
            categorical=self.features.categorical,
            numeric=self.features.numeric,
            boolean=self.features.boolean,
            label=self.label,
            others=self.split.spec().columns,
            times=self.split.spec().times,
            as_of_column=self.as_of_column,
            as_of=as_of,
            max_dropped_share=self.max_dropped_share,
            label_type=self.type_of_label,
            optional=self.features.optional,
            max_classes=self.max_classes,
            max_categories=self.max_categories,
            labels=tuple(dict.fromkeys([*self.label_weights, *self.labels_measured])),
            sides=len(self.split.spec().sides),
            asked=categories_asked(self.endpoint, self.features) if self.deploy else (),
        )
