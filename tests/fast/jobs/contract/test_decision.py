"""What a decision says of a version and the champion."""

import pytest

from rookery_jobs.contract import Decision


@pytest.mark.parametrize(("challenger", "low", "least"), [(0.98, 0.0, 0.0), (0.97, -0.01, -0.02)])
def test_a_version_that_is_as_good_or_may_be_worse_is_not_called_better(
    challenger: float, low: float, least: float
) -> None:
    decision = Decision(True, "2", "", "accuracy", challenger, 0.98, low, 0.0, 0.95, least)
    assert decision.words.startswith(f"in place of version 2: accuracy {challenger} against 0.98, interval")
    assert "better" not in decision.words
