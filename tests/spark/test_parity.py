"""The scorer without Spark agrees with the Spark pipeline: every algorithm, with every way that the values of
the features can go, on generated rows with missing values, unseen categories and columns of strange names."""

import itertools
import random
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pyspark.ml import Pipeline, PipelineModel
from pyspark.sql import DataFrame, SparkSession

from rookery_jobs import scorer
from rookery_jobs.contract import ParamValue, Point, SnapshotSpec, Treatment
from rookery_jobs.contract.columns import FEATURES
from rookery_jobs.grid import ALGORITHMS
from rookery_jobs.spark.caching import cached
from rookery_jobs.spark.features.stages import feature_stages
from rookery_jobs.spark.objectives import OBJECTIVES, Objective
from rookery_jobs.spark.pipeline import estimator
from rookery_jobs.spark.scorer_export import export_scorer
from rookery_jobs.spark.text.values import column, quoted
from tests.fast.jobs.contract.documents import snapshot_spec

CATEGORICAL = ("City", "`odd`.name")
NUMERIC = ("Age", "a.b c", "Constant")
BOOLEAN = ("is new",)
ROWS = 300

POINTS: dict[str, dict[str, ParamValue]] = {
    "LogisticRegression": {"maxIter": 5, "regParam": 0.01},
    "DecisionTreeClassifier": {"maxDepth": 4},
    "RandomForestClassifier": {"numTrees": 3, "maxDepth": 3},
    "GBTClassifier": {"maxIter": 2, "maxDepth": 3},
    "LinearRegression": {"maxIter": 5, "regParam": 0.01},
    "DecisionTreeRegressor": {"maxDepth": 4},
    "RandomForestRegressor": {"numTrees": 3, "maxDepth": 3},
    "GBTRegressor": {"maxIter": 2, "maxDepth": 3},
}

_TREES: dict[str, tuple[ParamValue, ...]] = {
    "maxDepth": (2, 3, 5),
    "maxBins": (8, 32, 64),
    "minInstancesPerNode": (1, 4),
    "minInfoGain": (0.0, 0.01),
    "minWeightFractionPerNode": (0.0, 0.05),
}
_FORESTS: dict[str, tuple[ParamValue, ...]] = {
    **_TREES,
    "numTrees": (2, 5),
    "subsamplingRate": (0.6, 1.0),
    "bootstrap": (True, False),
    "featureSubsetStrategy": ("auto", "all", "sqrt", "log2", "onethird"),
}
_BOOSTED: dict[str, tuple[ParamValue, ...]] = {**_TREES, "maxIter": (1, 3), "stepSize": (0.1, 1.0)}
_LINEAR: dict[str, tuple[ParamValue, ...]] = {
    "maxIter": (3, 9),
    "regParam": (0.0, 0.001, 0.02),
    "elasticNetParam": (0.0, 0.4),
    "fitIntercept": (True, False),
    "standardization": (True, False),
}
CHOICES: dict[str, Mapping[str, tuple[ParamValue, ...]]] = {
    "LogisticRegression": {**_LINEAR, "family": ("auto", "binomial", "multinomial")},
    "DecisionTreeClassifier": {**_TREES, "impurity": ("gini", "entropy")},
    "RandomForestClassifier": {**_FORESTS, "impurity": ("gini", "entropy")},
    "GBTClassifier": _BOOSTED,
    "LinearRegression": {**_LINEAR, "solver": ("auto", "l-bfgs")},
    "DecisionTreeRegressor": _TREES,
    "RandomForestRegressor": _FORESTS,
    "GBTRegressor": {**_BOOSTED, "lossType": ("squared", "absolute")},
}
"""Values that a drawn point may have, none of which makes a constant model."""

TELLING = (Treatment("median", "category", "keep", "one-hot", "standard"),)
"""It takes every stage that there is; the usual treatment is that of all other tests."""


def every_treatment() -> Iterator[Treatment]:
    numbers: tuple[float | str, ...] = ("drop", "mean", "median", "mode", -1.5)
    words = (("drop", "category"), ("error", "keep"), ("index", "one-hot"), ("minmax", "standard", "none"))
    for number in numbers:
        for others in itertools.product(*words):
            yield Treatment(number, *others)


def test_every_algorithm_has_a_point() -> None:
    assert set(POINTS) == set(CHOICES) == set(ALGORITHMS)
    for name, choices in CHOICES.items():
        assert set(choices) <= set(ALGORITHMS[name].hyperparameters)


@pytest.mark.parametrize("treatment", TELLING, ids=str)
def test_the_scorer_agrees_with_spark(spark: SparkSession, tmp_path: Path, treatment: Treatment) -> None:
    for name, largest in differences(spark, tmp_path, treatment):
        print(f"{name}: {largest:.1e}")


@pytest.mark.matrix
@pytest.mark.parametrize("treatment", [one for one in every_treatment() if one not in TELLING], ids=str)
def test_the_scorer_agrees_with_spark_in_every_way(
    spark: SparkSession, tmp_path: Path, treatment: Treatment
) -> None:
    for name, largest in differences(spark, tmp_path, treatment):
        print(f"{name}: {largest:.1e}")


@pytest.mark.parametrize("seed", [1, *(pytest.param(one, marks=pytest.mark.matrix) for one in range(2, 13))])
def test_the_scorer_agrees_with_spark_whatever_is_drawn(
    spark: SparkSession, tmp_path: Path, seed: int
) -> None:
    """Rows, missing values, treatment and parameters by chance."""
    drawn = random.Random(seed)  # noqa: S311  (nothing secret)
    treatment = drawn.choice(list(every_treatment()))
    points = {
        name: {one: drawn.choice(values) for one, values in choices.items() if drawn.random() < 0.7}
        for name, choices in CHOICES.items()
    }
    print(treatment, points)
    for name, largest in differences(spark, tmp_path, treatment, points, seed):
        print(f"{name}: {largest:.1e}")


def differences(
    spark: SparkSession,
    folder: Path,
    treatment: Treatment,
    points: Mapping[str, Mapping[str, ParamValue]] = POINTS,
    seed: int = 0,
) -> Iterator[tuple[str, float]]:
    """The largest difference of each algorithm; all are fitted on the same features, and saved together."""
    spec = snapshot_spec(
        categorical=CATEGORICAL,
        numeric=NUMERIC,
        boolean=BOOLEAN,
        label="the.label",
        treatment=treatment,
        text_rule=1,
    )
    train, others = (_usable(frame, treatment) for frame in (_rows(seed), _strange_rows(seed + 1)))
    stages = Pipeline(stages=feature_stages(spec)).fit(_frame(spark, train))
    known, asked = (_with_labels(stages, _frame(spark, rows), spec) for rows in (train, others))
    with cached(known), cached(asked):
        models = {name: _estimator(name, spec, points[name]).fit(known) for name in ALGORITHMS}
        PipelineModel([*stages.stages, *models.values()]).write().save((folder / "spark").as_uri())
        for name, model in models.items():
            exported = export_scorer(PipelineModel([*stages.stages, model]), spec, folder / "spark")
            scorer.save(exported, folder / name)
            objective = OBJECTIVES[ALGORITHMS[name].objective]
            reports = [_compare(model, rows, spec, objective, folder / name) for rows in (known, asked)]
            assert max(reports) <= objective.TOLERANCE, f"{name} with {treatment}"
            yield name, max(reports)


def _estimator(name: str, spec: SnapshotSpec, params: Mapping[str, ParamValue]) -> Any:
    label = {"classification": "class", "regression": "signal"}[ALGORITHMS[name].objective]
    return estimator(Point("p", name, dict(params)), spec).setLabelCol(label)


def _compare(model: Any, rows: DataFrame, spec: SnapshotSpec, objective: Objective, folder: Path) -> float:
    predicted = model.transform(rows)
    given = [column(name).alias(name) for name in spec.features]
    batch = predicted.select(*given, *objective.compared(predicted)).toPandas()
    report = objective.compare_batch(batch, scorer.load(folder))
    assert batch["prediction"].nunique() > 1, "a constant model would agree with any other"
    assert int(report["different"].sum()) == 0, f"{folder.name} with {spec.treatment}"
    return float(report["largest"].max())


def _with_labels(stages: Any, rows: DataFrame, spec: SnapshotSpec) -> DataFrame:
    """The rows with their vector, a number to predict, and the class of those above its middle."""
    middle = float(_rows(0)["signal"].median())
    is_above = (column("signal") > middle).cast("double").alias("class")
    features: DataFrame = stages.transform(rows)
    return features.select(*map(column, spec.features), FEATURES, "signal", is_above)


@cache
def _rows(seed: int) -> pd.DataFrame:
    """Rows whose label follows from their features, with missing values in each column but one."""
    chance = np.random.default_rng(seed)
    city = chance.choice(["Ulm", "Île", "New York", "7", "it's"], ROWS, p=[0.4, 0.3, 0.15, 0.1, 0.05])
    odd = chance.choice(["x", "y"], ROWS)
    age, amount = chance.normal(40, 15, ROWS).round(1), chance.lognormal(3, 2, ROWS)
    signal = age / 20 + (city == "Île") * 2 - (odd == "x") + np.log(amount) / 3 + chance.normal(0, 0.3, ROWS)
    frame = pd.DataFrame(
        {
            "City": city,
            "`odd`.name": odd,
            "Age": age,
            "a.b c": amount,
            "Constant": 3.0,
            "is new": pd.Series(chance.choice([True, False], ROWS), dtype=object),
            "signal": signal,
        }
    )
    frame["signal"] += frame["is new"].astype(float)
    for place, name in enumerate((*CATEGORICAL, "Age", "a.b c", *BOOLEAN)):
        frame.loc[frame.index % 17 == place, name] = None
    return frame


def _strange_rows(seed: int) -> pd.DataFrame:
    """Rows such as train has none of: unseen categories, numbers far away."""
    frame = _rows(seed).head(60).copy()
    frame.loc[frame.index % 5 == 1, "City"] = "Atlantis"
    frame.loc[frame.index % 5 == 2, ["Age", "Constant"]] = [-1e6, 1e12]
    return frame


def _usable(frame: pd.DataFrame, treatment: Treatment) -> pd.DataFrame:
    """The rows that the model does not refuse."""
    required = [*(CATEGORICAL if treatment.drops_categorical else ())]
    required += (*NUMERIC, *BOOLEAN) if treatment.drops_numeric else ()
    known = frame.dropna(subset=required)
    return known if treatment.keeps_unseen else known[known["City"] != "Atlantis"]


def _frame(spark: SparkSession, rows: pd.DataFrame) -> DataFrame:
    records = [tuple(None if pd.isna(each) else each for each in row) for row in rows.to_numpy().tolist()]
    kinds = [*["string"] * len(CATEGORICAL), *["double"] * len(NUMERIC), "boolean", "double"]
    schema = ", ".join(f"{quoted(name)} {kind}" for name, kind in zip(rows.columns, kinds, strict=True))
    return spark.createDataFrame(records, schema).coalesce(1)
