"""A classifier that compares the sum of the features with their mean sum in the training."""

from __future__ import annotations

from pyspark.ml import Estimator, Model
from pyspark.ml.functions import vector_to_array
from pyspark.ml.param import Param, Params, TypeConverters
from pyspark.ml.param.shared import HasFeaturesCol, HasLabelCol, HasPredictionCol
from pyspark.ml.util import DefaultParamsReadable, DefaultParamsWritable
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812


class _HasThreshold(HasFeaturesCol, HasLabelCol, HasPredictionCol):
    threshold: Param[float] = Param(
        Params._dummy(), "threshold", "the sum above which it is class 1", TypeConverters.toFloat
    )


class ThresholdClassifier(
    Estimator["ThresholdModel"],
    _HasThreshold,
    DefaultParamsReadable["ThresholdClassifier"],
    DefaultParamsWritable,
):
    """Adds `shift` to the mean sum of the features."""

    shift: Param[float] = Param(Params._dummy(), "shift", "added to the mean", TypeConverters.toFloat)

    def __init__(self) -> None:
        super().__init__()
        self._setDefault(shift=0.0)

    def _fit(self, dataset: DataFrame) -> ThresholdModel:
        sums = dataset.select(_sum(self.getFeaturesCol()).alias("sum"))
        mean = float(sums.agg(F.avg("sum")).collect()[0][0])
        model = self._copyValues(ThresholdModel())
        return model._set(threshold=mean + float(self.getOrDefault(self.shift)))


class ThresholdModel(Model, _HasThreshold, DefaultParamsReadable["ThresholdModel"], DefaultParamsWritable):
    """Compares the sum of a row's features with the `threshold`."""

    def _transform(self, dataset: DataFrame) -> DataFrame:
        above = _sum(self.getFeaturesCol()) > F.lit(self.getOrDefault(self.threshold))
        return dataset.withColumn(self.getPredictionCol(), above.cast("double"))


def _sum(features: str) -> Column:
    """By Spark's own functions: the workers of an endpoint's Spark cannot import this package."""
    return F.aggregate(vector_to_array(F.col(features)), F.lit(0.0), lambda total, each: total + each)
