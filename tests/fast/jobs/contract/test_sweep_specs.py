import dataclasses

import pytest

from rookery_jobs.contract import (
    ContractError,
)
from tests.fast.jobs.contract.documents import sweep_spec


def test_points_that_do_not_fit_their_sweep_id_are_refused() -> None:
    with pytest.raises(ContractError, match="does not fit its points"):
        dataclasses.replace(sweep_spec(), metric="f1")
