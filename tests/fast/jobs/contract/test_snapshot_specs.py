import dataclasses

import pytest

from rookery_jobs.contract import (
    ContractError,
)
from tests.fast.jobs.contract.documents import snapshot_spec


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


def test_a_spec_that_was_changed_after_its_digest_is_refused() -> None:
    with pytest.raises(ContractError, match="does not fit its spec"):
        dataclasses.replace(snapshot_spec(), label="Sex")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"max_dropped_share": 1.5}, "max_dropped_share 1.5 is no share of the rows"),
        ({"text_rule": 99}, "text rule 99 is unknown; this code has 0 to 1"),
    ],
)
def test_a_limit_and_a_rule_that_cannot_be_are_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ContractError, match=message):
        dataclasses.replace(snapshot_spec(), **changes)  # type: ignore[arg-type]
