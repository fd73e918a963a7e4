"""A table that is not the penguins: from a CSV with texts for labels, missing values and strange columns to a
version that answers, and scores files; and a regression."""

import dataclasses
import math
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import mlflow
import numpy as np
import pandas as pd
import pytest

from rookery_jobs import contract, score
from rookery_jobs.contract import GateSpec, InputFile, Point, ScoringSpec, SweepSpec, Treatment
from rookery_jobs.contract.scoring_specs import scoring_digest, scoring_path
from rookery_jobs.errors import DataError
from rookery_jobs.spark.pipeline import featurise
from rookery_jobs.spark.snapshot import load_snapshot
from tests.spark.study import Grid, Study

ROWS = 240
CATEGORICAL = ("Plan.name", "City")
NUMERIC = ("Monthly `fee`", "Years")
KEPT = Treatment("mean", "category", "keep", "one-hot", "standard")


def table(label: str) -> str:
    """Customers of whom a label is to be told; some values are missing."""
    random = np.random.default_rng(7)
    plan = random.choice(["basic", "plus", "pro"], ROWS)
    fee = random.normal(50, 20, ROWS).round(2)
    years = random.integers(0, 12, ROWS).astype(float)
    stays = years / 3 - fee / 25 + (plan == "pro") * 2 + random.normal(0, 0.4, ROWS)
    values = {"churned": np.where(stays > 0.5, "no", "yes"), "worth": (stays * 1000).round(1)}
    frame = pd.DataFrame(
        {
            "Plan.name": plan,
            "City": random.choice(["Ulm", "\u00cele"], ROWS),
            "Monthly `fee`": fee,
            "Years": years,
            "is new": np.where(years < 1, "True", "false"),
            label: values[label],
        }
    )
    for place, name in enumerate((*CATEGORICAL, *NUMERIC, "is new")):
        frame.loc[frame.index % 19 == place, name] = None
    return frame.to_csv(index=False)


def registered(study: Study, sweep: SweepSpec, *gates: GateSpec) -> str:
    study.train(sweep)
    return study.register(study.registration_spec(sweep, study.best(sweep), gates))


def served(version: str) -> Any:
    return mlflow.pyfunc.load_model(f"models:/Penguin Predictor/{version}")


@pytest.mark.matrix
def test_texts_are_predicted_by_the_best_of_several_algorithms(study: Study, tmp_path: Path) -> None:
    spec = study.snapshot_spec(
        table("churned"),
        categorical=CATEGORICAL,
        numeric=NUMERIC,
        boolean=("is new",),
        label="churned",
        label_type="string",
        treatment=KEPT,
        max_classes=2,
        probabilities=True,
        measured_labels=("yes",),
    )
    manifest = study.prepare(spec)
    assert manifest.labels == ("no", "yes")
    assert set(manifest.class_counts["train"]) == {"no", "yes"}
    assert (manifest.rows_dropped, manifest.rows_kept) == (0, ROWS)
    sweep = study.sweep_spec(
        spec,
        {"maxIter": [10]},
        "fMeasureByLabel/yes",
        DecisionTreeClassifier={"maxDepth": [3]},
        RandomForestClassifier={"numTrees": [5]},
        GBTClassifier={"maxIter": [3]},
    )
    version = registered(
        study,
        sweep,
        GateSpec("accuracy", 0.7),
        GateSpec("areaUnderPR", 0.7),
        GateSpec("recallByLabel/yes", 0.5),
    )
    tried = {run.data.tags[contract.TAG_ALGORITHM] for run in study.runs()}
    assert tried == {point.algorithm for point in sweep.points}
    chosen = study.best(sweep).metrics
    of_yes = "fMeasureByLabel/yes"
    assert chosen[of_yes] == max(run.data.metrics[of_yes] for run in study.runs())
    assert 0.7 <= study.best(sweep).metrics["test_areaUnderPR"] <= 1
    _look_at_the_reports(study, sweep, manifest)
    model = served(version)
    assert model.metadata.signature.outputs.to_dict() == [
        {"type": "string", "name": "prediction", "required": True},
        {"type": "double", "name": "probability_no", "required": True},
        {"type": "double", "name": "probability_yes", "required": True},
    ]
    record = {"Plan.name": "basic", "City": "Ulm", "Monthly `fee`": 95.0, "Years": 0.0, "is new": True}
    asked = [record, {**record, "Plan.name": "pro", "Monthly `fee`": 5.0, "Years": 11.0, "is new": False}]
    answers = model.predict(pd.DataFrame(asked))
    assert list(answers["prediction"]) == ["yes", "no"]
    assert list(answers["probability_no"] > 0.5) == [False, True]
    assert list(answers["probability_no"] + answers["probability_yes"]) == pytest.approx([1, 1])
    strange = {**record, "Plan.name": "never seen", "City": None, "Years": math.nan, "is new": None}
    assert model.predict(pd.DataFrame([strange]))["prediction"][0] in {"yes", "no"}
    _look_at_the_examples(study, version, model)
    _score_a_file(study, tmp_path, version, answers)


def _look_at_the_examples(study: Study, version: str, model: Any) -> None:
    """Rows that the served version must answer, with the probabilities too."""
    path = study.client.get_model_version("Penguin Predictor", version).tags[contract.TAG_EXAMPLES]
    examples = contract.Examples.from_json(Path(path).read_text())
    answered = model.predict(pd.DataFrame(examples.dataframe_records))
    assert list(answered["prediction"]) == list(examples.answers)
    assert answered.drop(columns="prediction").to_dict("records") == list(examples.probabilities)
    assert set(examples.probabilities[0]) == {"probability_no", "probability_yes"}


def _look_at_the_reports(study: Study, sweep: SweepSpec, manifest: contract.Manifest) -> None:
    """The winner's run has tables that MLflow reads, and pictures of them."""
    winner = study.best(sweep)
    confusion, per_class, importances = (
        study.client.load_table(study.experiment_id, f"{name}.json", run_ids=[winner.mlflow_run_id])
        for name in ("confusion_matrix", "per_class_metrics", "feature_importances")
    )
    assert list(confusion.columns) == ["label", "predicted no", "predicted yes"]
    counts = confusion[["predicted no", "predicted yes"]].to_numpy()
    assert counts.sum() == manifest.rows["test"]
    assert counts.trace() / counts.sum() == pytest.approx(winner.metrics["test_accuracy"])
    assert dict(zip(per_class["label"], per_class["rows"], strict=True)) == manifest.class_counts["test"]
    assert per_class["recallByLabel"][0] == pytest.approx(counts[0, 0] / counts[0].sum())
    assert per_class["recallByLabel"][1] == winner.metrics["test_recallByLabel/yes"]
    assert importances["importance"].sum() == pytest.approx(1)
    assert set(importances["column"]) == {*CATEGORICAL, *NUMERIC, "is new"}
    assert "(missing)" in set(importances[importances["column"] == "City"]["category"])
    for name in ("confusion_matrix", "feature_importances"):
        picture = study.client.download_artifacts(winner.mlflow_run_id, f"{name}.svg")
        assert ElementTree.parse(picture).getroot().tag.endswith("svg")  # noqa: S314  (our own)


def _score_a_file(study: Study, folder: Path, version: str, answers: pd.DataFrame) -> None:
    header = 'Plan.name,City,"Monthly `fee`",Years,is new'
    lines = [
        header,
        "basic,Ulm,95,0,TRUE",
        "pro,Ulm,5,11,false",
        "gold,,,,",
        "pro,Ulm,x,1,",
        "pro,Ulm,1,1,no",
    ]
    path = folder / "customers.csv"
    path.write_text("\n".join(lines))
    files = (InputFile(str(path), path.stat().st_size, 0),)
    digest = scoring_digest("Penguin Predictor", version, files)
    spec = ScoringSpec(
        registered_model_name="Penguin Predictor",
        model_version=version,
        files=files,
        output_path=scoring_path(str(folder / "out"), version, digest),
        digest=digest,
        tmp_path=study.layout.tmp,
        origin=study.origin,
    )
    report = score.score(study.spark, spec)
    assert (report.scored, report.rejected) == (3, 2)
    rows = study.spark.read.parquet(spec.predictions_path).orderBy("rejected", "Years").collect()
    found = {row["Plan.name"]: row["prediction"] for row in rows if row["rejected"] is None}
    assert (found["basic"], found["pro"]) == ("yes", "no")
    shares = {row["Plan.name"]: row["probability_yes"] for row in rows if row["rejected"] is None}
    assert [shares["basic"], shares["pro"]] == pytest.approx(list(answers["probability_yes"]), abs=1e-9)
    assert [row["probability_yes"] for row in rows if row["rejected"]] == [None, None]
    assert found["gold"] in {"yes", "no"}
    reasons = [row["rejected"] for row in rows if row["rejected"]]
    assert reasons == ["column 'Monthly `fee`' has 'x', no double", "column 'is new' has 'no', no boolean"]


def test_a_whole_number_that_is_no_class_is_answered_as_it_is(study: Study) -> None:
    text = table("churned").replace(",yes\n", ",-1\n").replace(",no\n", ",20\n")
    spec = study.snapshot_spec(
        text,
        categorical=("City",),
        numeric=("Years",),
        label="churned",
        label_type="long",
        treatment=Treatment(missing_categorical="category"),
    )
    study.prepare(spec)
    model = served(registered(study, study.sweep_spec(spec, {}, DecisionTreeClassifier={"maxDepth": [4]})))
    asked = pd.DataFrame([{"City": "Ulm", "Years": float(years)} for years in range(12)])
    found = model.predict(asked)
    assert set(found.tolist()) == {-1, 20}
    assert model.metadata.signature.outputs.to_dict()[0]["type"] == "long"


def test_a_number_is_predicted(study: Study) -> None:
    spec = study.snapshot_spec(
        table("worth"),
        categorical=CATEGORICAL,
        numeric=NUMERIC,
        boolean=("is new",),
        label="worth",
        label_type="double",
        treatment=Treatment(0.0, "category", "error", "index", "none"),
    )
    manifest = study.prepare(spec)
    assert manifest.class_counts == {}
    assert manifest.labels == ()
    sweep = study.sweep_spec(
        spec,
        {},
        "rmse",
        LinearRegression={"regParam": [0.0, 0.1]},
        DecisionTreeRegressor={"maxDepth": [4]},
        RandomForestRegressor={"numTrees": [4]},
        GBTRegressor={"maxIter": [4]},
    )
    version = registered(study, sweep, GateSpec("r2", 0.3))
    chosen = study.best(sweep)
    assert chosen.metrics["rmse"] == min(run.data.metrics["rmse"] for run in study.runs())
    assert {"rmse", "mae", "r2"} <= set(chosen.metrics)
    (run,) = [one for one in study.runs() if one.info.run_id == chosen.mlflow_run_id]
    assert {"test_rmse", "test_mae", "test_r2"} <= set(run.data.metrics)
    record = {"Plan.name": "pro", "City": "Ulm", "Monthly `fee`": 5.0, "Years": 11.0, "is new": False}
    (answer,) = served(version).predict(pd.DataFrame([record]))
    assert 2000 < answer < 9000


def test_balanced_classes_weigh_the_same_in_all(study: Study) -> None:
    spec = study.snapshot_spec(
        table("churned"),
        categorical=("City",),
        numeric=("Years",),
        label="churned",
        label_type="string",
        treatment=Treatment("mean", "category"),
        class_weights=contract.BALANCED,
    )
    counts = study.prepare(spec).class_counts["train"]
    with featurise(load_snapshot(study.spark, spec.snapshot_path, spec.digest)) as featurised:
        weighed = featurised.train.groupBy("churned").agg({"__weight": "sum"}).collect()
        model = featurised.fit(Point("p", "LogisticRegression", {"maxIter": 5}))
    half = sum(counts.values()) / 2
    assert {row[0]: row[1] for row in weighed} == pytest.approx({0.0: half, 1.0: half})
    assert counts["no"] != counts["yes"]
    assert model.getWeightCol() == "__weight"


def test_a_label_weighs_what_the_spec_says(fresh_study: Study) -> None:
    columns: dict[str, Any] = {"categorical": ("City",), "numeric": ("Years",), "label": "churned"}
    columns |= {"label_type": "string", "treatment": Treatment("mean", "category")}
    spec = fresh_study.snapshot_spec(table("churned"), **columns, label_weights={"yes": 2.5})
    fresh_study.prepare(spec)
    with featurise(load_snapshot(fresh_study.spark, spec.snapshot_path, spec.digest)) as featurised:
        found = featurised.train.select("churned", "__weight").distinct().collect()
        model = featurised.fit(Point("p", "LogisticRegression", {"maxIter": 5}))
    assert {row[0]: row[1] for row in found} == {0.0: 1.0, 1.0: 2.5}
    assert model.getWeightCol() == "__weight"
    other = fresh_study.snapshot_spec(table("churned"), **columns, label_weights={"maybe": 2.0})
    with pytest.raises(DataError, match=r"class_weights names maybe, which no complete row has.*no, yes"):
        fresh_study.prepare(other)


def test_a_forest_is_the_same_when_it_is_fitted_again_on_a_cluster_with_other_cores(
    study: Study, tmp_path: Path
) -> None:
    spec = study.snapshot_spec()
    study.prepare(spec)
    values: Grid = {"numTrees": [10], "maxDepth": [3], "subsamplingRate": [0.6]}
    study.train(study.sweep_spec(spec, {}, RandomForestClassifier=values))
    study.spark.conf.set("spark.sql.files.maxPartitionBytes", "2k")
    study.spark.conf.set("spark.sql.files.openCostInBytes", "1")
    try:
        other = dataclasses.replace(
            study, experiment_id=study.client.create_experiment("other", tmp_path.as_uri())
        )
        other.train(other.sweep_spec(spec, {}, RandomForestClassifier=values, metric="f1"))
    finally:
        study.spark.conf.unset("spark.sql.files.maxPartitionBytes")
        study.spark.conf.unset("spark.sql.files.openCostInBytes")
    (first,), (second,) = study.runs(), other.runs()
    shared = set(first.data.metrics) & set(second.data.metrics) - {contract.DURATION_METRIC}
    assert shared
    assert {name: first.data.metrics[name] for name in shared} == {
        name: second.data.metrics[name] for name in shared
    }


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"max_classes": 2},
            r"label 'Species' has the class 2; classes must be below 2, since an algorithm or",
        ),
        ({"max_categories": 2}, r"column 'Island' has more than 2 categories, which is what the trees of"),
    ],
)
def test_what_the_plans_algorithms_cannot_take_is_refused_whether_the_snapshot_is_new_or_not(
    fresh_study: Study, changes: dict[str, int], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        fresh_study.prepare(fresh_study.snapshot_spec(**changes))  # type: ignore[arg-type]
    fresh_study.prepare(fresh_study.snapshot_spec())
    with pytest.raises(DataError, match=message):
        fresh_study.prepare(fresh_study.snapshot_spec(**changes))  # type: ignore[arg-type]


def test_a_category_that_all_rows_have_cannot_be_one_hot(fresh_study: Study) -> None:
    rows = "".join(f"Biscoe,{n},{n % 2}\n" for n in range(100))
    spec = fresh_study.snapshot_spec(
        f"Island,BodyMass,Species\n{rows}", numeric=("BodyMass",), treatment=Treatment(encoding="one-hot")
    )
    with pytest.raises(DataError, match="column Island has one category alone in the train rows, of which"):
        fresh_study.prepare(spec)


def test_a_number_that_no_train_row_has_is_refused(fresh_study: Study) -> None:
    rows = "".join(f"Biscoe,,{n},{n % 2}\n" for n in range(100))
    spec = fresh_study.snapshot_spec(
        f"Island,BodyMass,Age,Species\n{rows}", numeric=("BodyMass", "Age"), treatment=Treatment("mean")
    )
    with pytest.raises(DataError, match="column BodyMass has no value in any train row: leave it out"):
        fresh_study.prepare(spec)
