"""What must hold for every algorithm: its modules in the grid, beside Spark and in the scorer agree.

A test module of an algorithm inherits from AlgorithmTestCase and says what Spark's class has beside the
hyperparameters.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from pyspark.ml.feature import VectorAssembler
from pyspark.ml.param import TypeConverters
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

from rookery_jobs import scorer
from rookery_jobs.contract import ParamValue, Point
from rookery_jobs.contract.columns import FEATURES
from rookery_jobs.grid import ALGORITHMS, Hyperparameter
from rookery_jobs.spark.algorithms import ALGORITHMS as FITTED
from rookery_jobs.spark.objectives import OBJECTIVES
from rookery_jobs.spark.pipeline import estimator
from tests.fast.jobs.contract.documents import snapshot_spec

SEED = 7
ROWS = 200
CATEGORIES = 7
_CONVERTERS = {
    TypeConverters.toInt: int,
    TypeConverters.toFloat: float,
    TypeConverters.toBoolean: bool,
    TypeConverters.toString: str,
}


class AlgorithmTestCase:
    """`name` is that of Spark's estimator.

    `left_out` are the Params of that class which no grid can have: names of columns, and what one value
    cannot say. `refused_by_fit` are those whose range Spark knows only when it fits. `variants` are points
    that together take every way through the export, each with the number of classes it is fitted on.
    """

    name: ClassVar[str]
    objective: ClassVar[str]
    left_out: ClassVar[frozenset[str]]
    refused_by_fit: ClassVar[frozenset[str]] = frozenset()
    variants: ClassVar[tuple[tuple[int, Mapping[str, ParamValue]], ...]]

    @pytest.fixture
    def unset(self, spark: SparkSession) -> Any:  # noqa: ARG002  (Spark's classes need it)
        """Spark's estimator with all its defaults."""
        return FITTED[self.name].ESTIMATOR()

    @pytest.fixture
    def parameters(self) -> Mapping[str, Hyperparameter]:
        """What a grid may have."""
        return ALGORITHMS[self.name].hyperparameters

    def estimator(self, params: Mapping[str, ParamValue]) -> Any:
        """The unfitted estimator of a point."""
        spec = snapshot_spec(label="label", seed=SEED)
        return estimator(Point("p", self.name, dict(params)), spec)

    def test_each_parameter_of_spark_is_a_hyperparameter_or_left_out(
        self, unset: Any, parameters: Mapping[str, Hyperparameter]
    ) -> None:
        # What only a later Spark has is not there to be left out.
        assert {param.name for param in unset.params} - self.left_out == set(parameters)

    def test_types_and_defaults_are_sparks(
        self, unset: Any, parameters: Mapping[str, Hyperparameter]
    ) -> None:
        spark = {name: unset.getParam(name) for name in parameters}
        kinds = {name: _CONVERTERS[param.typeConverter] for name, param in spark.items()}
        assert kinds == {name: one.kind for name, one in parameters.items()}
        defaults = {name: unset.getOrDefault(param) for name, param in spark.items()}
        assert defaults == {name: one.default for name, one in parameters.items()}

    def test_ranges_are_sparks(
        self, spark: SparkSession, unset: Any, parameters: Mapping[str, Hyperparameter]
    ) -> None:
        for name, one in parameters.items():
            for value in _allowed(one):
                assert _taken(unset, name, value), f"{name} = {value!r} is allowed, but Spark refuses it"
            for value in _refused(one):
                if name in self.refused_by_fit:
                    with pytest.raises(Exception, match="out of bounds"):
                        self.estimator({name: value}).fit(_rows(spark, 2))
                    continue
                assert not _taken(unset, name, value), f"{name} = {value!r} is refused, but Spark takes it"

    @pytest.mark.matrix
    def test_a_random_algorithm_has_the_plans_seed(self, unset: Any) -> None:
        made = estimator(Point("p", self.name, {}), snapshot_spec(seed=SEED))
        assert "seed" not in ALGORITHMS[self.name].hyperparameters, "the seed is the plan's, not the grid's"
        assert not unset.hasParam("seed") or made.getSeed() == SEED

    def test_the_scorer_is_in_parity_with_spark(self, spark: SparkSession, tmp_path: Path) -> None:
        objective = OBJECTIVES[self.objective]
        for number, (classes, params) in enumerate(self.variants):
            rows = _rows(spark, classes)
            model = self.estimator(params).fit(rows)
            assert isinstance(model, FITTED[self.name].MODEL)
            saved, folder = tmp_path / f"spark-{number}", tmp_path / f"scorer-{number}"
            model.write().save(saved.as_uri())
            scorer.save(scorer.Scorer((FEATURES,), (FITTED[self.name].export(model, saved),)), folder)
            predicted = model.transform(rows)
            predictions = predicted.select(FEATURES, *objective.compared(predicted)).toPandas()
            predictions[FEATURES] = [each.toArray() for each in predictions[FEATURES]]
            report = objective.compare_batch(predictions, _OfVectors(scorer.load(folder)))
            assert int(report["different"].sum()) == 0, f"{classes} classes, {params}"
            assert float(report["largest"].max()) <= objective.TOLERANCE, f"{classes} classes, {params}"
            assert predictions["prediction"].nunique() > 1, "a constant model would agree with any other"


class _OfVectors(scorer.Scorer):
    """A scorer whose only input is a column of vectors."""

    def __init__(self, plain: scorer.Scorer) -> None:
        super().__init__(plain.inputs, plain.stages)

    def score(self, columns: Any) -> scorer.Prediction:
        return super().score({FEATURES: np.array(columns[FEATURES].to_list())})


def _rows(spark: SparkSession, classes: int) -> DataFrame:
    """Rows of three numbers and a category, which tell the classes apart, but not all of them."""
    label = (F.col("id") % classes).cast("double")
    noise = [(F.xxhash64(F.lit(n), F.col("id")) % 1000) / 1000.0 for n in range(4)]
    numbers = {"a": label + noise[0], "b": noise[1] - label * label, "c": noise[2]}
    # The categories of a class are not neighbours.
    category = F.pmod(F.floor(noise[3] * 3) * classes + label, F.lit(CATEGORIES)).cast("double")
    nominal = {"ml_attr": {"type": "nominal", "vals": [str(each) for each in range(CATEGORIES)]}}
    rows = spark.range(0, ROWS, 1, 2).select(
        *[value.alias(name) for name, value in numbers.items()],
        category.alias("category", metadata=nominal),
        label.alias("label"),
    )
    return VectorAssembler(inputCols=[*numbers, "category"], outputCol=FEATURES).transform(rows)


def _allowed(one: Hyperparameter) -> Iterator[ParamValue]:
    if one.kind is bool:
        yield from (True, False)
    yield from one.choices
    if one.kind in (int, float):
        yield from (one.kind(value) for value in (one.low, one.high, one.default) if one.takes(value))


def _refused(one: Hyperparameter) -> Iterator[ParamValue]:
    if one.choices:
        yield "no such choice"
    if one.kind is int:
        yield int(one.low) - 1
    if one.kind is float:
        for end, way, is_out in ((one.low, -np.inf, one.above_low), (one.high, np.inf, one.below_high)):
            if np.isfinite(end):
                yield end if is_out else np.nextafter(end, way).item()


def _taken(unset: Any, name: str, value: ParamValue) -> bool:
    """Whether Spark takes the value: it judges one as it hands it to Java, which a fit does first."""
    try:
        unset.copy({unset.getParam(name): value})._to_java()
    except Exception as error:  # py4j's in Spark 3.5, Spark's own in Spark 4
        if "invalid value" in str(error):
            return False
        raise
    return True
