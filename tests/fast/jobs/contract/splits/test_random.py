import pytest

from rookery_jobs.contract import (
    ContractError,
)
from tests.fast.jobs.contract.documents import snapshot_spec


@pytest.mark.parametrize(("validation_size", "test_size"), [(0.15, 0.0), (-0.1, 0.2), (0.5, 0.5), (0.0, 1.0)])
def test_sizes_that_leave_no_proper_split_are_refused(validation_size: float, test_size: float) -> None:
    with pytest.raises(ContractError, match="test_size must be above 0"):
        snapshot_spec(validation_size=validation_size, test_size=test_size)


def test_the_two_way_split_chooses_on_test() -> None:
    two_way = snapshot_spec(validation_size=0.0)
    assert two_way.sides == ("train", "test")
    assert two_way.selection_side == "test"
    assert snapshot_spec().selection_side == "validation"
