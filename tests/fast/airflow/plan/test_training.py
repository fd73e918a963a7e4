"""A plan says every mistake at once, each with its place, the value and what is allowed."""

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from pydantic_core import PydanticSerializationError

from rookery import (
    CsvSource,
    Endpoint,
    Features,
    PlanError,
    RandomSplit,
    Registry,
    Sweep,
    TrainingPlan,
)
from tests.plans import PENGUINS

NAIVE_BAYES: dict[str, Any] = {
    "algorithm": "pyspark.ml.classification.NaiveBayes",
    "grid": {"smoothing": [0.5, 1.0]},
}


def plan(**changes: Any) -> TrainingPlan:
    return TrainingPlan.model_validate({**PENGUINS, **changes})


def mistakes(**changes: Any) -> str:
    with pytest.raises(PlanError) as caught:
        plan(**changes)
    return str(caught.value)


def grid(**values: list[Any]) -> list[dict[str, Any]]:
    return [{"algorithm": "LogisticRegression", "grid": values}]


def test_class_weights_are_of_the_labels_of_the_data_however_they_are_written() -> None:
    weighted = plan(class_weights={True: 5, "FALSE": 0.5}, label_type="boolean")
    assert weighted.label_weights == {"true": 5.0, "false": 0.5}
    assert plan(class_weights={"+01": 3}).label_weights == {"1": 3.0}
    assert TrainingPlan.model_validate(weighted.model_dump(mode="json")) == weighted
    assert plan(class_weights="balanced").label_weights == {}


def test_an_estimator_by_dotted_path_competes_with_the_known_ones() -> None:
    own = {"algorithm": "mine.Estimator", "grid": {}, "objective": "classification"}
    mixed = plan(sweep=[*grid(maxIter=[5]), NAIVE_BAYES, own], package="mine")
    assert [one.algorithm for one in mixed.candidates()] == [
        "LogisticRegression",
        NAIVE_BAYES["algorithm"],
        NAIVE_BAYES["algorithm"],
        "mine.Estimator",
    ]
    assert TrainingPlan.model_validate(mixed.model_dump(mode="json")) == mixed
    regressor = plan(sweep=[{**own, "objective": "regression"}], metric="rmse")
    assert (regressor.objective, regressor.type_of_label) == ("regression", "double")


@pytest.mark.parametrize(
    ("compute", "told"),
    [
        ({"num_workers": -1}, "compute.num_workers: -1 workers cannot be"),
        ({"autoscale": {"min_workers": 0, "max_workers": 2}}, "compute.autoscale.min_workers: 0 is below 1"),
        (
            {"autoscale": {"min_workers": 2, "max_workers": 2}},
            "compute.autoscale.max_workers: 2 is not above min_workers, which is 2",
        ),
        (
            {"num_workers": 2, "autoscale": {"min_workers": 1, "max_workers": 2}},
            "compute.autoscale: num_workers is 2; a cluster has a fixed number of workers or scales",
        ),
        (
            {"spark_conf": {"spark.master": "local[*]"}},
            "compute.spark_conf.spark.master: num_workers decides it",
        ),
        ({"spark_conf": {"sql.x": "1"}}, "compute.spark_conf.sql.x: it is no property of Spark"),
        ({"spark_conf": {"spark.sql.shuffle.partitions": 8}}, "it must be a text, not 8"),
    ],
)
def test_compute_that_no_cluster_could_have_is_told_with_its_place(
    compute: dict[str, Any], told: str
) -> None:
    assert told in mistakes(compute=compute)


def test_a_secret_does_not_belong_in_a_plan_but_a_reference_to_it_does() -> None:
    name = "spark.hadoop.fs.azure.account.key.lake.dfs.core.windows.net"
    told = mistakes(compute={"spark_conf": {name: "hunter22"}})
    assert "put it into a secret scope" in told
    assert "hunter22" not in told
    plan(compute={"spark_conf": {name: "{{secrets/lake/key}}"}})


def test_a_plan_expands_its_grid_with_values_of_sparks_types() -> None:
    candidates = plan(sweep=grid(maxIter=["5", 10.0], regParam=[1])).candidates()
    assert [candidate.params for candidate in candidates] == [
        {"maxIter": 5, "regParam": 1.0},
        {"maxIter": 10, "regParam": 1.0},
    ]


def test_a_plan_survives_its_way_through_json() -> None:
    original = plan(gates=[{"metric": "f1", "threshold": 0.5}], sweep=grid(maxIter=[5], fitIntercept=[True]))
    assert TrainingPlan.model_validate(original.model_dump(mode="json")) == original


def test_all_mistakes_are_reported_at_once_with_their_places() -> None:
    text = mistakes(
        label="Island",
        metric="accurracy",
        sweep=grid(maxIter=[-1], regPram=[0.1], regParam=[]),
        endpoint={"name": "predict penguin", "workload_size": "Tiny"},
        data_root="s3://bucket",
    )
    assert text.splitlines() == [
        "TrainingPlan has 8 mistakes:",
        "  - label: 'Island' is also a feature; a model that is told the answer learns nothing",
        "  - sweep[0].grid.maxIter: LogisticRegression.maxIter cannot be -1; allowed is a whole number, "
        "at least 0",
        "  - sweep[0].grid.regPram: LogisticRegression has no parameter 'regPram'; did you mean regParam?",
        "  - sweep[0].grid.regParam: its list is empty; give at least one value or leave it out",
        "  - metric: unknown metric 'accurracy'; did you mean accuracy?",
        "  - endpoint.name: 'predict penguin' is refused: at most 63 letters, digits, '-' and '_', beginning "
        "with a letter or digit",
        "  - endpoint.workload_size: 'Tiny' is unknown; known are Small, Medium, Large",
        "  - data_root: 's3://bucket' is neither dbfs:/<folder> nor /Volumes/<catalog>/<schema>/<volume>/…, "
        "of letters, digits, '_', '-', '.' and '='",
    ]


def test_wrong_fields_of_any_part_do_not_hide_other_mistakes() -> None:
    with pytest.raises(PlanError) as caught:
        TrainingPlan(
            source=CsvSource(uri="data/penguins.csv"),  # type: ignore[call-arg]
            features=Features(categorical=["Island"], numeric=["BodyMass"]),
            label="Island",
            split=RandomSplit(seed="often", test_size=0.9),
            sweep=[
                Sweep(algoritm="LogisticRegression", grid={"maxIter": 5}),  # type: ignore[call-arg]
                Sweep(algorithm="LogisticRegresion", grid={"maxIter": [5]}),
                Sweep(algorithm="LogisticRegression", grid={"maxIter": [-5]}),
            ],
            registry=Registry(registered_model_name="Penguin Predictor"),
            endpoint=Endpoint(name="predict penguin", size="Small"),  # type: ignore[call-arg]
            owner="me",
        )
    assert str(caught.value).splitlines() == [
        "TrainingPlan has 11 mistakes:",
        "  - source.uri: CsvSource has no field 'uri'; did you mean url?",
        "  - label: 'Island' is also a feature; a model that is told the answer learns nothing",
        "  - split.test_size: validation_size 0.15 and test_size 0.9 leave no proper split; test_size must "
        "be above 0, validation_size at least 0, their sum below 1",
        "  - split.seed: it must be a whole number, not 'often'",
        "  - sweep[0].grid.maxIter: it must be a list, not 5",
        "  - sweep[0].algoritm: Sweep has no field 'algoritm'; did you mean algorithm?",
        "  - sweep[1].algorithm: unknown algorithm 'LogisticRegresion'; did you mean LogisticRegression?",
        "  - sweep[2].grid.maxIter: LogisticRegression.maxIter cannot be -5; allowed is a whole number, "
        "at least 0",
        "  - endpoint.name: 'predict penguin' is refused: at most 63 letters, digits, '-' and '_', beginning "
        "with a letter or digit",
        "  - endpoint.size: Endpoint has no field 'size'; it has name, workload_size, scale_to_zero_enabled, "
        "canary_steps, dataframe_records",
        "  - owner: TrainingPlan has no field 'owner'; it has source, features, label, split, sweep, "
        "label_type, class_weights, probabilities, package, metric, gates, judge, registry, endpoint, "
        "compute, data_root, as_of_column, max_dropped_share, log_models, expectations, approval, "
        "deploy, keep_endpoint",
    ]


def test_a_check_is_left_out_if_what_it_reads_is_broken() -> None:
    text = mistakes(features={"categorical": "Island"}, label="Island", as_of_column="Island")
    assert text.splitlines() == [
        "TrainingPlan has a mistake:",
        "  - features.categorical: it must be a list, not 'Island'",
    ]


def test_the_value_of_an_unknown_field_is_not_shown() -> None:
    assert "hunter22" not in mistakes(source={"url": "https://example.com/p.csv", "password": "hunter22"})


@pytest.mark.parametrize(
    "use",
    [
        lambda part: part.categorical,
        lambda part: part.model_dump(),
        lambda part: part.model_dump_json(),
        lambda part: part.model_copy(update={"categorical": ("Island",)}),
        lambda part: part == Features(),
        copy.deepcopy,
        pickle.dumps,
    ],
)
def test_a_part_with_mistakes_is_of_no_use(use: Callable[[Features], object]) -> None:
    broken = Features(categorial=["Island"])  # type: ignore[call-arg]
    with pytest.raises(
        (PlanError, PydanticSerializationError), match="'categorial'; did you mean categorical"
    ):
        use(broken)


def test_parts_are_immutable() -> None:
    split = RandomSplit(seed=1)
    with pytest.raises(ValueError, match="frozen"):
        setattr(split, "seed", 2)  # noqa: B010 - mypy knows already that it must not be


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sweep": []}, "sweep: it is empty; give at least one Sweep"),
        (
            {"sweep": [{"algorithm": "Forest", "grid": {"n": [1]}}]},
            "sweep[0].algorithm: unknown algorithm 'Forest'; known",
        ),
        ({"sweep": [{"algorithm": "LogisticRegression", "grid": {}}]}, "sweep[0].grid: it is empty"),
        (
            {"sweep": [{"algorithm": "pyspark.ml.classification.GBTClassifier", "grid": {}}]},
            "sweep[0].algorithm: 'pyspark.ml.classification.GBTClassifier' is known as 'GBTClassifier'",
        ),
        (
            {"sweep": [{"algorithm": "mine.Estimator", "grid": {}}]},
            "sweep[0].objective: say what mine.Estimator is for: classification or regression",
        ),
        (
            {"sweep": [{**NAIVE_BAYES, "objective": "regression"}]},
            "sweep[0].objective: pyspark.ml.classification.NaiveBayes is for classification, not regression",
        ),
        (
            {"sweep": [{**NAIVE_BAYES, "grid": {"smoothing": [float("inf")]}}]},
            "sweep[0].grid.smoothing: pyspark.ml.classification.NaiveBayes.smoothing cannot be inf",
        ),
        (
            {"sweep": [NAIVE_BAYES], "probabilities": True},
            "probabilities: pyspark.ml.classification.NaiveBayes is served by MLflow's Spark flavor, which",
        ),
        ({"package": "mine"}, "package: no sweep has an estimator by dotted path"),
        ({"sweep": grid(maxIter=list(range(100_001)))}, "the grid has 100001 points; at most 100000"),
        ({"sweep": grid(maxIter=[5]) * 2}, "sweep[1].algorithm: LogisticRegression is in the plan twice"),
        ({"sweep": grid(elasticNetParam=[1.5])}, "cannot be 1.5; allowed is a number from 0 to 1"),
        ({"features": {}}, "features: the features are empty"),
        ({"features": {"numeric": ["A", "a"]}}, "features: column 'a' is named twice"),
        ({"features": {"numeric": ["A"], "boolean": ["a"]}}, "features: column 'a' is named twice"),
        ({"features": {"numeric": ["__a"]}}, "features: column name '__a' begins with __"),
        (
            {"features": {"numeric": ["A"], "scaling": "standart"}},
            "features.scaling: 'standart' is unknown; did you mean standard?",
        ),
        (
            {"features": {"numeric": ["A"], "missing_numeric": "zero"}},
            "features.missing_numeric: 'zero' is unknown; it can be drop, mean, median, mode, or a number",
        ),
        (
            {"sweep": [*grid(maxIter=[5]), {"algorithm": "LinearRegression", "grid": {"maxIter": [5]}}]},
            "sweep[1].algorithm: LinearRegression is for regression, LogisticRegression for classification",
        ),
        (
            {"split": {"kind": "time", "column": "SeenOn", "validation_days": 7, "test_days": 0}},
            "split.test_days: validation_days 7 and test_days 0 leave no proper split",
        ),
        (
            {"split": {"kind": "time", "column": "BodyMass", "validation_days": 7, "test_days": 7}},
            "split.column: 'BodyMass' is a time to the split, and among the features a number: leave",
        ),
        (
            {"split": {"kind": "time", "column": "Species", "validation_days": 7, "test_days": 7}},
            "split.column: column 'Species' is the label",
        ),
        (
            {"class_weights": "heavy"},
            "class_weights: class_weights cannot be 'heavy'; they can be equal, bal",
        ),
        (
            {
                "class_weights": "balanced",
                "metric": "r2",
                "sweep": [{"algorithm": "LinearRegression", "grid": {"maxIter": [2]}}],
            },
            "class_weights: class_weights cannot be 'balanced', as a regression has no classes",
        ),
        (
            {
                "probabilities": True,
                "metric": "r2",
                "sweep": [{"algorithm": "LinearRegression", "grid": {"maxIter": [2]}}],
            },
            "probabilities: there are no probabilities, as a regression has no classes",
        ),
        ({"class_weights": {"yes": 2}}, "class_weights: class_weights names 'yes', which is no label of"),
        ({"class_weights": {}}, "class_weights: it is empty; name a label with its weight"),
        ({"class_weights": {1: 2, "+1": 3}}, "class_weights: it has one label twice"),
        ({"class_weights": {0: 0}}, "class_weights: the weight of '0' cannot be 0; it must be a number"),
        (
            {
                "class_weights": {"1": 2},
                "metric": "r2",
                "sweep": [{"algorithm": "LinearRegression", "grid": {"maxIter": [2]}}],
            },
            "class_weights: a label that is double has no classes that could have weights",
        ),
        ({"metric": "recallByLabel"}, "metric: recallByLabel is measured for one class: name its label, as"),
        ({"metric": "recalByLabel/1"}, "metric: unknown metric 'recalByLabel/1'; did you mean recallByLabel"),
        ({"metric": "recallByLabel/yes"}, "metric: 'yes' is not a non-negative integer, as a label must be"),
        (
            {"gates": [{"metric": "recallByLabel/01", "threshold": 0.5}]},
            "gates[0].metric: the label '01' is '1' in the data: write recallByLabel/1",
        ),
        (
            {"gates": [{"metric": "recallByLabel/1", "threshold": 2}]},
            "gates[0].threshold: 2 is not in 0 to 1, where recallByLabel/1 is",
        ),
        ({"metric": "rmse"}, "metric: rmse does not measure classification; its metrics are accuracy, "),
        (
            {"sweep": [{"algorithm": "GBTRegressor", "grid": {"maxDepth": [2]}}]},
            "metric: accuracy does not measure regression; its metrics are rmse, mse, mae, r2, var",
        ),
        ({"gates": [{"metric": "r2", "threshold": 0.5}]}, "gates[0].metric: r2 does not measure class"),
        (
            {"gates": [{"metric": "r2", "threshold": 2}]},
            "gates[0].threshold: 2 is not in 1 or less",
        ),
        (
            {"label_type": "double"},
            "label_type: 'double' cannot be; for classification it can be int, long, boolean, string",
        ),
        ({"split": {"seed": 1, "test_size": 0}}, "split.test_size: validation_size 0.15 and test_size 0"),
        ({"split": {"seed": 1, "validation_size": 0.6, "test_size": 0.4}}, "their sum below 1"),
        ({"split": {"seed": 1, "split_key": " "}}, "split.split_key: column name ' ' is empty or has"),
        ({"split": {"seed": 1, "split_key": "species"}}, "split.split_key: column 'species' is the label"),
        ({"split": {"seed": 2**63}}, "split.seed: 9223372036854775808 is not in -2**63 to 2**63 - 1"),
        ({"split": {"seed": -(2**63) - 1}}, "split.seed: -9223372036854775809 is not in"),
        ({"split": {}}, "split.seed: it is missing; RandomSplit needs it"),
        ({"gates": [{"metric": "speed", "threshold": 1}]}, "gates[0].metric: unknown metric 'speed'"),
        (
            {"gates": [{"metric": "f1", "threshold": float("nan")}]},
            "gates[0].threshold: it must be a finite number, not nan",
        ),
        (
            {"max_dropped_share": 1.01},
            "max_dropped_share: 1.01 is no share of the rows; it must be from 0 to 1",
        ),
        ({"compute": {"autotermination_minutes": 0}}, "compute.autotermination_minutes: 0 is not in 10 to"),
        ({"compute": {"node_type_id": "a b"}}, "compute.node_type_id: 'a b'"),
        ({"data_root": "dbfs:/a/../b"}, "data_root: 'dbfs:/a/../b'"),
        ({"data_root": "/Volumes/main/default"}, "data_root: '/Volumes/main/default'"),
        ({"data_root": "dbfs:/Volumes/main/default/models"}, "data_root:"),
    ],
)
def test_a_plan_that_cannot_run_is_refused(changes: dict[str, Any], message: str) -> None:
    assert message in mistakes(**changes)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "/etc/passwd",
        "data/../secrets.csv",
        "data//penguins.csv",
        "data/",
        "other/penguins.csv",
        "data\\penguins.csv",
        "ftp://example.com/penguins.csv",
        "https:///penguins.csv",
        "dbfs:/penguins.csv",
        "data/pen\nguins.csv",
        "https://[::1/penguins.csv",
    ],
)
def test_a_source_that_is_neither_web_nor_project_file_is_refused(url: str) -> None:
    assert "source.url" in mistakes(source={"url": url})


def test_a_url_with_a_password_is_refused_and_not_repeated() -> None:
    text = mistakes(source={"url": "https://me:hunter22@example.com/penguins.csv"})
    assert "source.url: it carries a user name or password" in text
    assert "hunter22" not in text


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("sv=2024&sig=hunter22%3D", "sig"),
        ("X-Amz-Date=1&X-Amz-Signature=hunter22", "X-Amz-Signature"),
        ("X-Goog-Signature=hunter22", "X-Goog-Signature"),
        ("a=1;%74oken=hunter22", "token"),
        ("Expires=1&Signature=hunter22", "Signature"),
        ("access_token=hunter22", "access_token"),
    ],
)
def test_a_url_that_gives_access_by_itself_is_refused_and_not_repeated(query: str, name: str) -> None:
    text = mistakes(source={"url": f"https://example.com/penguins.csv?{query}"})
    assert f"source.url: its query has {name}: whoever has that may read the file" in text
    assert "hunter22" not in text


@pytest.mark.parametrize(
    "url", ["https://example.com/p.csv?version=2&signed=no", "https://e.com/token?sigs=1"]
)
def test_an_ordinary_query_is_none_of_these(url: str) -> None:
    assert plan(source={"url": url}).source == CsvSource(url=url)


@pytest.mark.parametrize("host", ["http://localhost", "localhost:8080", ""])
def test_allowed_hosts_are_bare_host_names(host: str) -> None:
    assert "source.allowed_hosts" in mistakes(
        source={"url": "https://example.com/p.csv", "allowed_hosts": [host]}
    )


@pytest.mark.parametrize("name", ["Penguin Predictor", "main.models.penguin_predictor", "pinguïn"])
def test_a_model_name_that_its_registry_takes_is_accepted(name: str) -> None:
    assert plan(registry={"registered_model_name": name}).registry.registered_model_name == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        " x",
        "a/b",
        "a:b",
        "main.Penguin",
        "main.models.Penguin Predictor",
        "Main.models.penguin",
        "a.b.c.d",
    ],
)
def test_a_model_name_that_its_registry_refuses_is_refused(name: str) -> None:
    assert "registry.registered_model_name" in mistakes(registry={"registered_model_name": name})


@pytest.mark.parametrize("name", ["", "-x", "a.b", "a/b", "x" * 64])
def test_an_endpoint_name_that_databricks_refuses_is_refused(name: str) -> None:
    assert "endpoint.name" in mistakes(endpoint={"name": name})


def test_the_request_for_the_endpoint_must_have_the_features() -> None:
    text = mistakes(endpoint={"name": "p", "dataframe_records": [{"Island": "Biscoe", "Species": 1}]})
    assert "dataframe_records[0]: it must have the features BodyMass, CulmenLength, Island" in text
    assert "it is empty" in mistakes(endpoint={"name": "p", "dataframe_records": []})


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("Island", 3, "it must be a text, as the column is categorical, not 3"),
        ("Island", True, "it must be a text, as the column is categorical, not True"),
        ("Island", "", "it is '', no category: blanks are a missing value, which this plan refuses"),
        ("Island", "\xa0 ", "it is '\\xa0 ', no category: blanks are a missing value"),
        ("CulmenLength", "forty-eight", "it must be a finite number, as the column is numeric, not 'forty-e"),
        ("CulmenLength", "48.7", "it must be a finite number, as the column is numeric, not '48.7'"),
        ("BodyMass", float("nan"), "it must be a finite number, as the column is numeric, not nan"),
        ("BodyMass", float("-inf"), "it must be a finite number, as the column is numeric, not -inf"),
        ("BodyMass", True, "it must be a finite number, as the column is numeric, not True"),
        ("BodyMass", 10**400, "it must be a finite number"),
    ],
)
def test_the_request_for_the_endpoint_must_have_the_columns_types(
    column: str, value: object, said: str
) -> None:
    good = {"Island": "Biscoe", "CulmenLength": 48.7, "BodyMass": 4450}
    plan(endpoint={"name": "p", "dataframe_records": [good]})
    text = mistakes(endpoint={"name": "p", "dataframe_records": [good, {**good, column: value}]})
    assert f"endpoint.dataframe_records[1].{column}: {said}" in text


@pytest.mark.parametrize("root", ["dbfs:/rookery", "dbfs:/a/b.c", "/Volumes/main/default/models/rookery"])
def test_data_may_live_on_dbfs_or_in_a_volume(root: str) -> None:
    assert plan(data_root=root).data_root == root
