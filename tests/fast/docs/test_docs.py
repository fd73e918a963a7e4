"""The documentation is true where a machine can tell."""

import re
from pathlib import Path

import pytest

from docs import local_workspace_api
from docs.reference import pages
from local_stack.environments import PROJECT

WRITTEN = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").glob("*.md")])
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
PATH = re.compile(
    r"`((?:tests|dags|docs|plugins|jobs|local_workspace|local_stack)/[A-Za-z0-9_./]+)(?:::(\w+))?"
)


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.name)
def test_the_pages_made_from_the_code_are_up_to_date(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == pages()[path], "run `make docs`"


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.name)
def test_every_link_and_every_path_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    missing = [link for link in LINK.findall(text) if not (page.parent / link).exists()]
    missing += [path for path, _ in PATH.findall(text) if not (PROJECT / path).exists()]
    assert missing == []


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.name)
def test_every_test_that_is_named_exists(page: Path) -> None:
    named = [(path, name) for path, name in PATH.findall(page.read_text(encoding="utf-8")) if name]
    assert [name for path, name in named if f"def {name}(" not in (PROJECT / path).read_text()] == []


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.name)
def test_no_page_has_both_sides_of_a_merge(page: Path) -> None:
    marks = ("<<<<<<< ", ">>>>>>> ", "||||||| ")
    assert [line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith(marks)] == []


def test_every_route_of_the_local_workspace_is_in_its_table_and_every_row_has_routes() -> None:
    areas = [local_workspace_api.area_of(path) for path in local_workspace_api.paths()]
    assert [path for path, area in zip(local_workspace_api.paths(), areas, strict=True) if area is None] == []
    assert [area.prefix for area in local_workspace_api.AREAS if area not in areas] == []
