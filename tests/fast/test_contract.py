import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rookery_jobs.contract import (
    METRICS,
    ContractError,
    Gate,
    Origin,
    Point,
    RunLayout,
    SnapshotSpec,
    SweepSpec,
    check_columns,
    gate_passes,
    point_id,
    registration_key,
    registry_uri_for,
    run_key,
    snapshot_digest,
    sweep_id,
)

NUMERIC = ("CulmenLength", "BodyMass")


def snapshot_spec(**changes: object) -> SnapshotSpec:
    determining = {
        "source_sha256": "0" * 64,
        "categorical": ("Island",),
        "numeric": NUMERIC,
        "label": "Species",
        "validation_size": 0.15,
        "test_size": 0.15,
        "seed": 42,
        "split_key": None,
        "as_of_column": None,
        "as_of": None,
        **changes,
    }
    digest = snapshot_digest(**determining)  # type: ignore[arg-type]
    return SnapshotSpec(
        source_path="dbfs:/rookery/penguins.csv",
        snapshot_path="dbfs:/rookery/snapshots/1",
        digest=digest,
        **determining,  # type: ignore[arg-type]
    )


def sweep_spec() -> SweepSpec:
    points = (Point("a1", "LogisticRegression", {"maxIter": 5, "regParam": 1.0, "fitIntercept": True}),)
    return SweepSpec(
        sweep_id=sweep_id(["a1"], "accuracy"),
        snapshot_path="dbfs:/s",
        snapshot_digest="d",
        code_digest="c",
        experiment_id="1",
        metric="accuracy",
        points=points,
        tmp_path="dbfs:/t",
        origin=Origin("penguins", "manual__1", None, 1),
    )


@pytest.mark.parametrize("document", [snapshot_spec(), snapshot_spec(split_key="Id"), sweep_spec()])
def test_a_document_survives_the_journey_as_json(document: SnapshotSpec | SweepSpec) -> None:
    again = type(document).from_json(document.to_json())
    assert again == document


def test_parameters_keep_their_types_in_json() -> None:
    params = SweepSpec.from_json(sweep_spec().to_json()).points[0].params
    assert [type(value) for value in params.values()] == [int, float, bool]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"surprise": 1}, "surprise"),
        ({"threshold": None}, "threshold must be float"),
        ({"threshold": "0.9"}, "threshold must be float"),
        ({"threshold": True}, "threshold must be float"),
        ({"metric": "beauty"}, "unknown metric 'beauty'"),
    ],
)
def test_a_document_with_a_wrong_key_or_value_is_refused(change: dict[str, object], message: str) -> None:
    text = json.dumps({"metric": "accuracy", "threshold": 0.9, **change})
    with pytest.raises(ContractError, match=message):
        Gate.from_json(text)


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"metric": "accuracy"}', '{"metric": "f1", "threshold": NaN}']
)
def test_what_is_no_such_document_is_refused(text: str) -> None:
    with pytest.raises(ContractError):
        Gate.from_json(text)


def test_a_whole_number_is_taken_for_a_float() -> None:
    assert Gate.from_json('{"metric": "accuracy", "threshold": 1}') == Gate("accuracy", 1.0)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("source_sha256", "1" * 64),
        ("categorical", ()),
        ("numeric", ("BodyMass", "CulmenLength")),
        ("label", "Sex"),
        ("validation_size", 0.0),
        ("test_size", 0.2),
        ("seed", 43),
        ("split_key", "Id"),
        ("as_of_column", "SeenOn"),
    ],
)
def test_whatever_changes_the_rows_changes_the_snapshot_digest(field: str, value: object) -> None:
    assert snapshot_spec(**{field: value}).digest != snapshot_spec().digest


def test_another_as_of_is_another_snapshot() -> None:
    dates = (None, "2026-01-05T00:00:00+00:00", "2026-01-12T00:00:00+00:00")
    digests = {snapshot_spec(as_of_column="SeenOn", as_of=date).digest for date in dates}
    assert len(digests) == len(dates)


def test_the_digest_of_a_plan_without_as_of_column_is_what_it_was_before_there_was_one() -> None:
    assert snapshot_spec().digest == "37c33894108ce595"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"as_of": "2026-01-05T00:00:00+00:00"}, "has no column to compare with: name an as_of_column"),
        ({"as_of_column": "SeenOn", "as_of": "2026-01-05T00:00:00"}, "is no instant in UTC"),
        ({"as_of_column": "SeenOn", "as_of": "2026-01-05T00:00:00+01:00"}, "is no instant in UTC"),
        ({"as_of_column": "SeenOn", "as_of": "last week"}, "is no instant in UTC"),
        ({"as_of_column": "species"}, "'species' is also a feature or the label"),
        ({"as_of_column": "Island"}, "'Island' is also a feature or the label"),
        ({"as_of_column": "seen`on"}, "has a dot, a backtick"),
    ],
)
def test_an_as_of_that_cannot_be_is_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ContractError, match=message):
        snapshot_spec(**changes)


def test_the_tags_of_an_origin_say_run_generation_and_as_of_if_there_is_one() -> None:
    undated = {"rookery_dag_id": "d", "rookery_dag_run_id": "r", "rookery_generation": "2"}
    assert Origin("d", "r", None, 2).tags == undated
    dated = Origin("d", "r", "2026-01-05T00:00:00+00:00", 2).tags
    assert dated == {**undated, "rookery_as_of": "2026-01-05T00:00:00+00:00"}


def test_a_generation_counts_from_one() -> None:
    with pytest.raises(ContractError, match="the first processing is 1"):
        Origin("d", "r", None, 0)


def test_a_spec_that_was_changed_after_its_digest_is_refused() -> None:
    with pytest.raises(ContractError, match="does not fit its spec"):
        dataclasses.replace(snapshot_spec(), seed=43)


def test_points_that_do_not_fit_their_sweep_id_are_refused() -> None:
    with pytest.raises(ContractError, match="does not fit its points"):
        dataclasses.replace(sweep_spec(), metric="f1")


@pytest.mark.parametrize(("validation_size", "test_size"), [(0.15, 0.0), (-0.1, 0.2), (0.5, 0.5), (0.0, 1.0)])
def test_sizes_that_leave_no_proper_split_are_refused(validation_size: float, test_size: float) -> None:
    with pytest.raises(ContractError, match="test_size must be above 0"):
        snapshot_spec(validation_size=validation_size, test_size=test_size)


def test_the_two_way_split_chooses_on_test() -> None:
    two_way = snapshot_spec(validation_size=0.0)
    assert two_way.sides == ("train", "test")
    assert two_way.selection_side == "test"
    assert snapshot_spec().selection_side == "validation"


@pytest.mark.parametrize(
    ("categorical", "numeric", "label"),
    [
        ([], [], "Species"),
        (["Island"], ["Species"], "Species"),
        (["Island"], ["island"], "Species"),
        (["Island"], ["IslandIdx"], "Species"),
        (["Island"], ["Features"], "Species"),
        (["Island"], [], "prediction"),
        (["a.b"], [], "Species"),
        (["a`b"], [], "Species"),
        (["a\nb"], [], "Species"),
        ([" "], [], "Species"),
    ],
)
def test_columns_that_the_pipeline_cannot_take_are_refused(
    categorical: list[str], numeric: list[str], label: str
) -> None:
    with pytest.raises(ContractError):
        check_columns(categorical, numeric, label)


def test_columns_may_have_spaces_units_and_accents() -> None:
    check_columns(["Île"], ["Culmen Length (mm)"], "Espèce")


def test_a_point_id_follows_from_parameters_features_snapshot_and_code() -> None:
    known = {
        "categorical": ["Island"],
        "numeric": NUMERIC,
        "label": "Species",
        "snapshot_digest": "s",
        "code_digest": "c",
    }

    def identify(params: dict[str, bool | int | float | str], **changes: object) -> str:
        return point_id("LogisticRegression", params, **{**known, **changes})  # type: ignore[arg-type]

    first = identify({"maxIter": 5, "regParam": 0.5})
    assert first == identify({"regParam": 0.5, "maxIter": 5})
    others = {
        identify({"maxIter": 6, "regParam": 0.5}),
        identify({"maxIter": 5, "regParam": 0.5}, label="Sex"),
        identify({"maxIter": 5, "regParam": 0.5}, snapshot_digest="other"),
        identify({"maxIter": 5, "regParam": 0.5}, code_digest="other"),
    }
    assert len(others | {first}) == 5


def test_a_sweep_id_does_not_depend_on_the_order_of_its_points() -> None:
    assert sweep_id(["b", "a"], "accuracy") == sweep_id(["a", "b"], "accuracy")
    assert sweep_id(["a", "b"], "accuracy") != sweep_id(["a", "b"], "f1")


def test_another_dag_run_registers_again() -> None:
    keys = {
        registration_key(dag_id="d", dag_run_id=run, sweep_id=sweep, mlflow_run_id=winner)
        for run, sweep, winner in [("1", "s", "w"), ("2", "s", "w"), ("1", "t", "w"), ("1", "s", "v")]
    }
    assert len(keys) == 4


def test_a_runs_folder_is_readable_and_has_no_colon() -> None:
    layout = RunLayout("dbfs:/rookery/", "penguin_predictor", "scheduled__2026-01-01T00:00:00+00:00")
    assert layout.root.startswith("dbfs:/rookery/penguin_predictor/scheduled__2026-01-01T00-00-00-00-00-")
    assert ":" not in layout.points("abc").removeprefix("dbfs:")


@given(dag_id=st.text(), run_id=st.text())
def test_no_dag_or_run_id_leaves_the_data_root(dag_id: str, run_id: str) -> None:
    root = RunLayout("/Volumes/main/ml/files", dag_id, run_id).root
    *parents, dag_folder, run_folder = root.split("/")
    assert "/".join(parents) == "/Volumes/main/ml/files"
    for folder in (dag_folder, run_folder):
        assert folder
        assert folder.isascii()
        assert folder[0] not in "._"


ids = st.tuples(st.text(st.characters(exclude_characters="\n", codec="utf-8")), st.text())


@given(first=ids, second=ids)
def test_two_runs_never_share_a_folder(first: tuple[str, str], second: tuple[str, str]) -> None:
    assert (run_key(*first) == run_key(*second)) == (first == second)


@pytest.mark.parametrize("name", ["", "..", ".", "a/b", "../x", "a b", "_hidden", "é"])
def test_a_file_name_that_is_no_plain_component_is_refused(name: str) -> None:
    with pytest.raises(ContractError):
        RunLayout("dbfs:/r", "d", "r").source("0" * 64, name)


@pytest.mark.parametrize(
    ("name", "tracking_uri", "expected"),
    [
        ("Penguin Predictor", "databricks", "databricks"),
        ("main.ml.penguins", "databricks", "databricks-uc"),
        ("main.ml.penguins", "databricks://profile", "databricks-uc://profile"),
        ("main.ml.penguins", "http://127.0.0.1:5000", "http://127.0.0.1:5000"),
        ("v1.2", "databricks", "databricks"),
    ],
)
def test_the_registry_follows_from_the_name(name: str, tracking_uri: str, expected: str) -> None:
    assert registry_uri_for(name, tracking_uri) == expected


def test_a_gate_is_a_floor_or_a_ceiling_by_the_metrics_direction() -> None:
    assert gate_passes("accuracy", 0.9, 0.9)
    assert not gate_passes("accuracy", 0.89, 0.9)
    assert gate_passes("hammingLoss", 0.1, 0.1)
    assert not gate_passes("hammingLoss", 0.11, 0.1)


@pytest.mark.parametrize("metric", METRICS)
def test_nan_never_passes_a_gate(metric: str) -> None:
    assert not gate_passes(metric, float("nan"), 0.5)
