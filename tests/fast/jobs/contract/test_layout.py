import pytest
from hypothesis import given
from hypothesis import strategies as st

from rookery_jobs.contract import (
    ContractError,
    RunLayout,
    run_key,
)


def test_a_runs_folder_is_readable_and_has_no_colon() -> None:
    layout = RunLayout("dbfs:/rookery/", "penguin_predictor", "scheduled__2026-01-01T00:00:00+00:00")
    assert layout.root.startswith("dbfs:/rookery/penguin_predictor/scheduled__2026-01-01T00-00-00-00-00-")
    assert ":" not in layout.points("abc").removeprefix("dbfs:")


@given(dag_id=st.text(), run_id=st.text())
def test_no_dag_or_run_id_leaves_the_data_root(dag_id: str, run_id: str) -> None:
    root = RunLayout("/Volumes/main/ml/files", dag_id, run_id).root
    *parents, dag_folder, run_folder = root.split("/")
    assert "/".join(parents) == "/Volumes/main/ml/files"
    for folder in (dag_folder, run_folder):
        assert folder
        assert folder.isascii()
        assert folder[0] not in "._"


ids = st.tuples(st.text(st.characters(exclude_characters="\n", codec="utf-8")), st.text())


@given(first=ids, second=ids)
def test_two_runs_never_share_a_folder(first: tuple[str, str], second: tuple[str, str]) -> None:
    assert (run_key(*first) == run_key(*second)) == (first == second)


@pytest.mark.parametrize("name", ["", "..", ".", "a/b", "../x", "a b", "_hidden", "é"])
def test_a_file_name_that_is_no_plain_component_is_refused(name: str) -> None:
    with pytest.raises(ContractError):
        RunLayout("dbfs:/r", "d", "r").source("0" * 64, name)
