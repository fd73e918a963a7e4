import ast
import dataclasses
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mlflow.exceptions import MlflowException

from rookery_jobs import scorer
from rookery_jobs.scorer.pyfunc import _load_pyfunc

RECORD = {"Island": "Biscoe", "BodyMass": 4450.0, "Constant": 1.0}


def penguin_scorer(coefficients: list[list[float]] | None = None, threshold: float = 0.5) -> scorer.Scorer:
    """A pipeline as the jobs make it, with round numbers; one row of coefficients means two classes."""
    matrix = np.array(coefficients or [[1.0, 0.0, 0.0], [0.0, 2.0, 0.0], [-1.0, 0.0, 1.0]])
    return scorer.Scorer(
        inputs=tuple(RECORD),
        stages=(
            scorer.StringIndexer("Island", "IslandIdx", ("Biscoe", "Dream")),
            scorer.VectorAssembler(("BodyMass", "Constant"), "numericFeatures"),
            scorer.MinMaxScaler(
                "numericFeatures",
                "normalizedFeatures",
                0.0,
                1.0,
                np.array([4000.0, 1.0]),
                np.array([5000.0, 1.0]),
            ),
            scorer.VectorAssembler(("IslandIdx", "normalizedFeatures"), "Features"),
            scorer.LogisticRegression("Features", threshold, matrix, np.zeros(len(matrix))),
        ),
    )


def score(model: scorer.Scorer, **changes: Any) -> scorer.Prediction:
    return model.score({name: [value] for name, value in {**RECORD, **changes}.items()})


def test_a_row_goes_through_indexing_scaling_and_softmax() -> None:
    # Features are (0, 0.45, 0.5): the index of Biscoe, the scaled mass, and the middle for a constant column.
    prediction, probability, _ = score(penguin_scorer())
    weights = np.exp([0.0, 0.9, 0.5])
    assert prediction.tolist() == [1.0]
    assert probability == pytest.approx(np.array([weights / weights.sum()]), abs=1e-15)


def test_two_classes_are_decided_by_the_threshold() -> None:
    coefficients = [[0.0, 1.0, 0.0]]
    prediction, probability, _ = score(penguin_scorer(coefficients))
    positive = 1 / (1 + math.exp(-0.45))
    assert probability.tolist() == [[pytest.approx(1 - positive), pytest.approx(positive)]]
    assert prediction.tolist() == [1.0]
    assert score(penguin_scorer(coefficients, threshold=0.9)).prediction.tolist() == [0.0]


def test_the_threshold_is_one_of_margins_as_in_spark() -> None:
    model = penguin_scorer([[0.0, 1e-17, 0.0]])
    assert score(model).probability.tolist() == [[0.5, 0.5]]
    assert score(model).prediction.tolist() == [1.0]
    certain = [
        score(penguin_scorer([[0.0, 99.0, 0.0]], threshold=limit)).prediction[0] for limit in (0.0, 1.0)
    ]
    assert certain == [1.0, 0.0]


def test_of_equal_classes_the_first_is_predicted() -> None:
    assert score(penguin_scorer([[0.0] * 3] * 3)).prediction.tolist() == [0.0]


@pytest.mark.parametrize(
    ("column", "value", "what"),
    [
        ("Island", None, "is missing"),
        ("Island", math.nan, "is missing"),
        ("Island", "Atlantis", "has the unseen category 'Atlantis'; the model knows Biscoe, Dream"),
        ("Island", 3, "has the unseen category 3"),
        ("BodyMass", None, "is missing"),
        ("BodyMass", math.nan, "is missing"),
        ("BodyMass", math.inf, "has inf"),
        ("BodyMass", "heavy", "has 'heavy'"),
        ("BodyMass", True, "has True"),
    ],
)
def test_a_row_that_spark_refuses_is_refused_naming_row_column_and_value(
    column: str, value: object, what: str
) -> None:
    columns = {name: [good, good] for name, good in RECORD.items()}
    columns[column] = [RECORD[column], value]
    with pytest.raises(scorer.InvalidRow, match=rf"row 1: column '{column}' {what}"):
        penguin_scorer().score(columns)


def test_a_missing_column_is_refused() -> None:
    with pytest.raises(scorer.InvalidRow, match="missing columns Constant; the model needs Island"):
        penguin_scorer().score({"Island": ["Biscoe"], "BodyMass": [4450.0]})


@given(
    st.lists(
        st.tuples(st.sampled_from(["Biscoe", "Dream"]), st.floats(-1e9, 1e9)),
        min_size=1,
        max_size=8,
    )
)
def test_rows_together_score_as_each_alone(rows: list[tuple[str, float]]) -> None:
    model = penguin_scorer()
    together = model.score(pd.DataFrame([{**RECORD, "Island": i, "BodyMass": m} for i, m in rows]))
    alone = [score(model, Island=island, BodyMass=mass) for island, mass in rows]
    assert together.prediction.tolist() == [one.prediction[0] for one in alone]
    np.testing.assert_allclose(
        together.probability, np.vstack([one.probability for one in alone]), atol=1e-15
    )
    np.testing.assert_allclose(together.probability.sum(axis=1), 1.0)


def test_a_saved_scorer_scores_as_before(tmp_path: Path) -> None:
    scorer.save(penguin_scorer(), tmp_path / "scorer")
    loaded = scorer.load(tmp_path / "scorer")
    assert score(loaded).probability.tolist() == score(penguin_scorer()).probability.tolist()


def test_arrays_that_are_pickled_are_not_read(tmp_path: Path) -> None:
    folder = tmp_path / "scorer"
    scorer.save(penguin_scorer(), folder)
    objects: dict[str, Any] = {"2.originalMin": np.array([{"a": 1}], dtype=object)}
    np.savez(folder / "arrays.npz", **objects)
    with pytest.raises(ValueError, match="allow_pickle"):
        scorer.load(folder)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"format": 4', '"format": 5'),
        ('"text_rule": 0', '"text_rule": 9'),
        ('"MinMaxScaler"', '"RobustScaler"'),
    ],
)
def test_a_scorer_of_a_later_version_is_refused(tmp_path: Path, old: str, new: str) -> None:
    folder = tmp_path / "scorer"
    scorer.save(penguin_scorer(), folder)
    text = (folder / "scorer.json").read_text()
    assert old in text
    (folder / "scorer.json").write_text(text.replace(old, new))
    with pytest.raises(scorer.ScorerError, match="unknown"):
        scorer.load(folder)


def test_a_model_that_answers_with_probabilities_has_a_column_for_each_label(tmp_path: Path) -> None:
    model = penguin_scorer([[0.5, 1.0, -1.0]])
    answering = dataclasses.replace(model, probability_columns=("probability_no", "probability_yes"))
    scorer.save(answering, tmp_path / "scorer")
    answer = _load_pyfunc(str(tmp_path / "scorer")).predict(pd.DataFrame([RECORD, RECORD]))
    expected = score(model)
    assert list(answer.columns) == ["prediction", "probability_no", "probability_yes"]
    assert answer["prediction"].tolist() == [expected.prediction[0]] * 2
    assert answer["probability_yes"].tolist() == [expected.probability[0, 1]] * 2


def test_the_served_model_blames_the_client_for_a_bad_row(tmp_path: Path) -> None:
    scorer.save(penguin_scorer(), tmp_path / "scorer")
    model = _load_pyfunc(str(tmp_path / "scorer"))
    assert model.predict(pd.DataFrame([RECORD])).tolist() == [1.0]
    with pytest.raises(MlflowException, match="unseen category 'Atlantis'") as refusal:
        model.predict(pd.DataFrame([{**RECORD, "Island": "Atlantis"}]))
    assert refusal.value.error_code == "INVALID_PARAMETER_VALUE"


def test_the_scorer_imports_only_itself_numpy_and_the_standard_library_and_what_serves_it_mlflow() -> None:
    folder = Path(scorer.__file__).parent
    for module in folder.rglob("*.py"):
        outside = {"mlflow", "pandas"} if module.name == "pyfunc.py" else {"numpy"}
        depth = len(module.relative_to(folder).parts)
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.ImportFrom) and node.level:
                assert node.level <= depth, "beyond the scorer is another package, or none"
            elif isinstance(node, ast.ImportFrom | ast.Import):
                names = (
                    [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
                )
                roots = {name.partition(".")[0] for name in names}
                assert roots <= outside | {
                    "collections",
                    "dataclasses",
                    "functools",
                    "json",
                    "math",
                    "pathlib",
                    "re",
                    "typing",
                    "unicodedata",
                }


def test_a_scorer_of_before_the_text_rule_is_read_with_rule_0(tmp_path: Path) -> None:
    folder = tmp_path / "scorer"
    scorer.save(penguin_scorer(), folder)
    document = json.loads((folder / "scorer.json").read_text())
    assert document.pop("text_rule") == 0
    (folder / "scorer.json").write_text(json.dumps({**document, "format": 1}))
    assert scorer.load(folder).text_rule == 0
