import pytest

from rookery_jobs.contract import (
    ContractError,
    check_columns,
)
from rookery_jobs.contract.columns import is_safe


@pytest.mark.parametrize(
    ("categorical", "numeric", "label"),
    [
        ([], [], "Species"),
        (["Island"], ["Species"], "Species"),
        (["Island"], ["island"], "Species"),
        (["Island"], ["IslandIdx"], "Species"),
        (["Island"], ["Features"], "Species"),
        (["Island"], [], "prediction"),
        (["__column_1"], [], "Species"),
        (["a\nb"], [], "Species"),
        (["a\u2028b"], [], "Species"),
        (["\xa0"], [], "Species"),
        ([" "], [], "Species"),
    ],
)
def test_columns_that_the_pipeline_cannot_take_are_refused(
    categorical: list[str], numeric: list[str], label: str
) -> None:
    with pytest.raises(ContractError):
        check_columns(categorical, numeric, label)


def test_columns_may_have_any_name_that_a_file_has() -> None:
    check_columns(["Île", "a.b", "it's"], ["Culmen Length (mm)", '"'], "Espèce `1`")
    check_columns(
        ["Culmen\xa0Length\u202f(mm)"],
        ["\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"],
        "Esp\u00ad\u00e8ce",
    )
    assert not is_safe("Culmen\xa0Length")
