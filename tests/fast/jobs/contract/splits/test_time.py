import pytest

from rookery_jobs.contract import ContractError, SnapshotSpec, TimeSplitSpec
from tests.fast.jobs.contract.documents import snapshot_spec


@pytest.mark.parametrize(("validation_days", "test_days"), [(-1, 7), (7, 0), (0, -1)])
def test_days_that_leave_none_to_judge_by_are_refused(validation_days: int, test_days: int) -> None:
    with pytest.raises(ContractError, match="leave no proper split; test_days must be at least 1"):
        TimeSplitSpec("SeenOn", validation_days, test_days, 0)


def test_without_days_of_validation_there_are_two_sides() -> None:
    split = TimeSplitSpec("SeenOn", 0, 7, 0)
    assert (split.sides, split.selection_side) == (("train", "test"), "test")


def test_a_spec_with_a_split_by_time_is_read_as_it_was_written() -> None:
    split = TimeSplitSpec("SeenOn", 30, 7, 0)
    spec = snapshot_spec(split=split)
    assert SnapshotSpec.from_json(spec.to_json()) == spec
    assert spec.columns[-1] == "SeenOn"
    others = [TimeSplitSpec("SeenOn", 30, 8, 0), TimeSplitSpec("SeenOn", 31, 7, 0)]
    assert len({snapshot_spec(split=each).digest for each in [split, *others]}) == 3
