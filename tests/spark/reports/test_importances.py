"""How much each feature counts, on data of which it is known."""

import numpy as np
import pytest
from pyspark.sql import SparkSession

from rookery_jobs.contract import Point
from rookery_jobs.spark.pipeline import featurise
from rookery_jobs.spark.reports.importances import importances_report
from rookery_jobs.spark.snapshot import load_snapshot
from tests.spark.study import Study


def table() -> str:
    """The class follows from the first number alone; the second is noise, the category nothing."""
    random = np.random.default_rng(3)
    first, second = random.normal(0, 1, 240).round(3), random.normal(0, 1, 240).round(3)
    cities = random.choice(["Ulm", "Bonn"], 240)
    rows = zip(cities, first, second, strict=True)
    lines = [f"{city},{one},{two},{int(one > 0.5) + int(one > -0.5)}" for city, one, two in rows]
    return "\n".join(["City,first,second,class", *lines])


@pytest.mark.parametrize(
    ("algorithm", "columns"),
    [
        ("LogisticRegression", ("coefficient of 0", "coefficient of 1", "coefficient of 2")),
        ("RandomForestClassifier", ()),
    ],
)
def test_the_feature_that_decides_comes_first(study: Study, algorithm: str, columns: tuple[str, ...]) -> None:
    spec = study.snapshot_spec(
        table(), categorical=("City",), numeric=("first", "second"), label="class", seed=1
    )
    study.prepare(spec)
    snapshot = load_snapshot(study.spark, spec.snapshot_path, spec.digest)
    with featurise(snapshot) as featurised:
        fitted = featurised.fit(Point("p", algorithm, {}))
        (report,) = importances_report(featurised.pipeline_of(fitted), snapshot)
    assert report.columns == ("column", "category", "importance", *columns)
    assert report.rows[0][0] == "first"
    shares = {str(row[0]): float(row[2] or 0) for row in report.rows}
    assert set(shares) == {"City", "first", "second"}
    assert sum(shares.values()) == pytest.approx(1)
    assert shares["first"] > 0.7
    if columns:
        coefficients = dict(zip(spec.features, fitted.coefficientMatrix.toArray().T, strict=True))
        assert report.rows[0][3:] == tuple(coefficients["first"])


def test_a_model_that_does_not_tell_has_no_report(
    spark: SparkSession, study: Study, capsys: pytest.CaptureFixture[str]
) -> None:
    from pyspark.ml.classification import NaiveBayes

    spec = study.snapshot_spec()
    study.prepare(spec)
    snapshot = load_snapshot(spark, spec.snapshot_path, spec.digest)
    with featurise(snapshot) as featurised:
        fitted = NaiveBayes(featuresCol="Features", labelCol="Species").fit(featurised.train)
        assert importances_report(featurised.pipeline_of(fitted), snapshot) == []
    assert "does not tell how much each feature counts" in capsys.readouterr().out
