"""What there is several kinds of is a module of the same name in every part of the job code."""

from importlib import import_module
from pathlib import Path

import pytest

import rookery_jobs
from rookery_jobs import contract, grid
from rookery_jobs.scorer.algorithms import ALGORITHMS as SCORED
from rookery_jobs.spark import algorithms, objectives, sources, splits
from tests.spark.algorithms.algorithm_test_case import AlgorithmTestCase

PACKAGE = Path(rookery_jobs.__file__).parent


def modules(room: str, shared: str) -> set[str]:
    """The kinds that a room has modules of."""
    return {path.stem for path in (PACKAGE / room).iterdir()} - {shared, "__init__", "__pycache__"}


@pytest.mark.parametrize(
    ("rooms", "shared"),
    [
        (("grid/algorithms", "spark/algorithms", "scorer/algorithms"), "algorithm"),
        (("contract/sources", "spark/sources"), "source"),
        (("contract/splits", "spark/splits"), "split"),
        (("contract/objectives", "spark/objectives"), "objective"),
    ],
)
def test_a_kind_is_a_module_of_the_same_name_in_each_part(rooms: tuple[str, ...], shared: str) -> None:
    kinds = [modules(room, shared) for room in rooms]
    assert kinds[0]
    assert all(each == kinds[0] for each in kinds), dict(zip(rooms, kinds, strict=True))


def test_every_algorithm_is_registered_in_each_part_and_put_to_the_test() -> None:
    for kind in modules("spark/algorithms", "algorithm"):
        import_module(f"tests.spark.algorithms.test_{kind}")
    registered = [set(grid.ALGORITHMS), set(algorithms.ALGORITHMS), {each.__name__ for each in SCORED}]
    assert registered == [{case.name for case in AlgorithmTestCase.__subclasses__()}] * 3


def test_every_kind_of_source_and_of_split_is_registered_in_each_part() -> None:
    assert set(sources.SOURCES) == set(contract.SOURCES.values())
    assert set(splits.SPLITS) == set(contract.SPLITS.values())


def test_every_objective_is_registered_in_each_part_and_no_metric_in_two() -> None:
    assert {name: each.OBJECTIVE for name, each in objectives.OBJECTIVES.items()} == contract.OBJECTIVES
    assert len(contract.METRICS) == sum(len(each.metrics) for each in contract.OBJECTIVES.values())
    assert all(set(each.logged) <= set(each.metrics) for each in contract.OBJECTIVES.values())


def test_no_folder_of_the_job_code_has_more_modules_than_one_can_take_in() -> None:
    folders = {path.parent for path in PACKAGE.rglob("*.py")}
    assert {folder.name: count for folder in folders if (count := len(list(folder.glob("*.py")))) > 14} == {}
    assert PACKAGE / "spark" in folders
