import pytest

from rookery_jobs.contract import (
    METRICS,
)


def test_a_gate_is_a_floor_or_a_ceiling_by_the_metrics_direction() -> None:
    assert METRICS["accuracy"].passes(0.9, 0.9)
    assert not METRICS["accuracy"].passes(0.89, 0.9)
    assert METRICS["hammingLoss"].passes(0.1, 0.1)
    assert not METRICS["hammingLoss"].passes(0.11, 0.1)


@pytest.mark.parametrize("metric", METRICS)
def test_nan_never_passes_a_gate(metric: str) -> None:
    assert not METRICS[metric].passes(float("nan"), 0.5)
