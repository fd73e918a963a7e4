import pytest

from rookery_jobs.contract import (
    ContractError,
    check_columns,
)


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
