import pytest

from rookery_jobs.contract import BY_LABEL, METRICS, labels_of, metric_of, objective_of, of_label
from rookery_jobs.errors import ContractError


def test_a_gate_is_a_floor_or_a_ceiling_by_the_metrics_direction() -> None:
    assert METRICS["accuracy"].passes(0.9, 0.9)
    assert not METRICS["accuracy"].passes(0.89, 0.9)
    assert METRICS["hammingLoss"].passes(0.1, 0.1)
    assert not METRICS["hammingLoss"].passes(0.11, 0.1)


@pytest.mark.parametrize("metric", METRICS)
def test_nan_never_passes_a_gate(metric: str) -> None:
    assert not METRICS[metric].passes(float("nan"), 0.5)


@pytest.mark.parametrize("metric", BY_LABEL)
def test_a_metric_of_a_label_is_named_with_it(metric: str) -> None:
    assert of_label(f"{metric}/two words") == (metric, "two words")
    assert metric_of(f"{metric}/0") == BY_LABEL[metric]
    assert "accuracy" in objective_of(f"{metric}/0").metrics
    assert labels_of([f"{metric}/b", "accuracy", f"{metric}/a", f"{metric}/b"]) == ("b", "a")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("recallByLabel", "name its label, as in recallByLabel/1"),
        ("recallByLabel/", "name its label"),
        *[
            (f"recallByLabel/{label}", "letters, digits")
            for label in ("<=50K", "..", "a/b", " a", "a\n", "a:b")
        ],
        ("accuracy/yes", "unknown metric 'accuracy/yes'"),
    ],
)
def test_what_no_metric_of_mlflow_can_be_named_is_refused(name: str, words: str) -> None:
    with pytest.raises(ContractError, match=words):
        metric_of(name)
