"""What is read of a cell in SQL."""

import pytest

from local_workspace.notebooks.sql import arguments_of, queries_of, with_widgets


@pytest.mark.parametrize(
    ("text", "queries"),
    [
        ("SELECT 1", ["SELECT 1"]),
        ("SELECT 1;\nSELECT 2;\n", ["SELECT 1", "SELECT 2"]),
        ("SELECT 1; -- one\nSELECT ';';", ["SELECT 1", "SELECT ';'"]),
        ("SELECT 1;\n-- and no more\n/* at\nall */", ["SELECT 1"]),
        ("-- first\nSELECT 1", ["-- first\nSELECT 1"]),
    ],
)
def test_a_cell_has_queries_between_semicolons_at_the_ends_of_lines(text: str, queries: list[str]) -> None:
    assert queries_of(text) == queries


def test_a_query_is_given_the_widgets_that_it_names() -> None:
    values = {"day": "monday", "int": "1", "n": "5"}
    query = "SELECT :day, a::int, b:n, ':n', ${n}, ${none}, :other"
    assert arguments_of(query, values) == {"day": "monday", "n": "5"}
    assert with_widgets(query, values) == query.replace("${n}", "5")
