"""What text means, in Python: on the Airflow side and in the scorer that serves."""

from datetime import UTC, datetime

import numpy as np
import pytest

from rookery_jobs import scorer
from rookery_jobs.contract import TEXT_RULE, category_of, class_of, instant, label_of, number, stripped
from rookery_jobs.scorer.text import RULES
from tests.fast.jobs.text_cases import CATEGORIES, INSTANTS, LABELS, NUMBERS, OTHER_LABELS


@pytest.mark.parametrize(("text", "category"), CATEGORIES)
def test_the_scorer_takes_text_by_the_rule_of_its_model(text: str, category: str | None) -> None:
    assert RULES[TEXT_RULE](text) == category
    assert RULES[0](text) == text


@pytest.mark.parametrize(("text", "category"), CATEGORIES)
def test_text_is_missing_for_the_contract_where_it_is_for_the_scorer(text: str, category: str | None) -> None:
    assert (stripped(text) is None) == (category is None)


@pytest.mark.parametrize(("text", "value"), NUMBERS)
def test_a_number_is_a_finite_one_in_plain_notation(text: str, value: float | None) -> None:
    assert number(text) == value


@pytest.mark.parametrize(("text", "value"), LABELS)
def test_a_label_is_a_whole_number_that_spark_can_hold(text: str, value: int | None) -> None:
    assert class_of(text) == value


@pytest.mark.parametrize(("text", "value"), INSTANTS)
def test_a_time_is_a_date_or_an_iso_timestamp(text: str, value: datetime | None) -> None:
    assert instant(text) == value


def test_a_time_at_the_end_of_all_years_is_one_in_any_zone() -> None:
    last, first = instant("9999-12-31T23:59:59-05:00"), instant("0001-01-01T00:00:00+05:00")
    assert last is not None
    assert first is not None
    assert first < datetime(2026, 1, 1, tzinfo=UTC) < last


def indexer(*labels: str, rule: int = TEXT_RULE) -> scorer.Scorer:
    """A scorer of one categorical column whose index decides between two classes."""
    stages = (
        scorer.StringIndexer("Island", "IslandIdx", labels),
        scorer.VectorAssembler(("IslandIdx",), "Features"),
        scorer.LogisticRegression("Features", 0.5, np.array([[2.0]]), np.array([-1.0])),
    )
    return scorer.Scorer(("Island",), stages, rule)


def test_a_request_is_taken_by_the_rule() -> None:
    answer = indexer("Dream", "\u00cele").score({"Island": [" Dream", "I\u0302le\u00a0", "\u00cele"]})
    assert answer.prediction.tolist() == [0.0, 1.0, 1.0]
    with pytest.raises(scorer.InvalidRow, match="row 0: column 'Island' is missing"):
        indexer("Dream", "Biscoe").score({"Island": ["\u00a0"]})


def test_a_model_without_a_rule_takes_text_as_it_stands() -> None:
    old = indexer("Dream ", "Biscoe", rule=0)
    assert old.score({"Island": ["Dream "]}).prediction.tolist() == [0.0]
    with pytest.raises(scorer.InvalidRow, match="unseen category 'Dream'"):
        old.score({"Island": ["Dream"]})


def test_a_refusal_names_ten_categories_and_says_how_many_more_there_are() -> None:
    model = indexer(*(f"Island {n}" for n in range(3000)))
    with pytest.raises(scorer.InvalidRow) as refusal:
        model.score({"Island": ["x" * 50_000]})
    message = str(refusal.value)
    assert message.endswith("Island 8, Island 9 and 2990 more")
    assert len(message) < 400


@pytest.mark.parametrize(("label_type", "text", "label"), OTHER_LABELS)
def test_a_label_of_another_type_is_read_as_the_table_says(
    label_type: str, text: str, label: str | None
) -> None:
    assert label_of(text, label_type) == label


@pytest.mark.parametrize(("text", "category"), CATEGORIES)
def test_the_contract_has_the_rule_of_the_scorer(text: str, category: str | None) -> None:
    assert category_of(text) == category
