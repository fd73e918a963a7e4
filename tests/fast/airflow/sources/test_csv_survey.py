"""One pass over the file in hand finds what is wrong with it, before a cluster is paid for."""

import dataclasses
import io
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from rookery import TrainingPlan
from rookery.sources.csv_survey import problems
from rookery.sources.csv_writing import Writing
from tests.fast.airflow.conftest import PROJECT
from tests.plans import PLAN

HEADER = "Island,BodyMass,Species\n"
GOOD = "Biscoe,4450,0\nDream,3800,1\n"


def found(
    content: str | bytes, as_of: str | None = None, /, *, few_rows: bool = True, **changes: Any
) -> list[str]:
    plan = TrainingPlan.model_validate({**PLAN.model_dump(), **changes})
    data = content.encode() if isinstance(content, str) else content
    wanted = plan.wanted(as_of)
    # Most of these tests need a row or two, which no split could deal out.
    wanted = dataclasses.replace(wanted, sides=1) if few_rows else wanted
    return problems(io.BytesIO(data), "data/p.csv", wanted)


@pytest.mark.parametrize(
    "content",
    [
        HEADER + GOOD,
        '\ufeffIsland, "BodyMass" ,Species\r\nBiscoe,4450,0\r\nDream,"3800",1'.replace(' "', '"').replace(
            '" ', '"'
        ),
        " Island ,BodyMass,Species\n\n \t\nBiscoe,4450,0\n\nDream,3800,1\n",
        'x,Species,BodyMass,Island\n"5"" pipe, a",0,1e3,B\n5" pipe,1,.5,D\n',
        HEADER.replace("\n", "\r") + GOOD.replace("\n", "\r"),
        "Island,BodyMass,Species,Note\nBiscoe,4450,0,\xff\nDream,3800,1,\n".encode("latin-1"),
    ],
    ids=["plain", "byte order mark", "blank lines", "quotes", "old line ends", "bytes in an unused column"],
)
def test_a_file_that_can_be_used_has_no_problem(content: str | bytes) -> None:
    assert found(content) == []


def test_missing_columns_are_named_with_those_that_are_there() -> None:
    (text,) = found("Island,Mass\n", split={"seed": 1, "split_key": "Colony"})
    assert text == (
        "data/p.csv must have the columns BodyMass, Species, Colony once each in its header line; "
        "found there: Island, Mass"
    )


@pytest.mark.parametrize("content", ["", "<html>\n", "Island,BodyMass,Species,Species\n"])
def test_a_header_without_each_column_once_is_refused(content: str) -> None:
    (text,) = found(content)
    assert "must have the columns" in text


@pytest.mark.parametrize(
    "header", [bytes(range(128, 192)) + b"\n", "Isla\xf1d,BodyMass,Species\n".encode("latin-1")]
)
def test_a_header_that_is_not_utf8_is_refused(header: bytes) -> None:
    assert found(header) == [
        "data/p.csv is not UTF-8: save the file as UTF-8, or say its encoding, such as 'windows-1252'"
    ]


def test_a_file_in_utf_16_or_with_another_delimiter_is_told_what_to_say() -> None:
    (text,) = found((HEADER + GOOD).encode("utf-16-le"))
    assert text.startswith("data/p.csv has NUL characters, as UTF-16 has: say encoding='UTF-16-LE'")
    (text,) = found((HEADER + GOOD).replace(",", ";"))
    assert text.endswith(
        "found there: Island;BodyMass;Species; say delimiter=';' if that stands between values"
    )


def test_the_header_must_have_the_time_of_the_rows_too() -> None:
    (text,) = found(HEADER + GOOD, as_of_column="SeenOn")
    assert "must have the columns SeenOn once each" in text


def test_all_that_is_wrong_is_told_at_once_each_with_row_value_and_what_to_do() -> None:
    content = HEADER + 'Biscoe,NA,yes\nDream,3800,no\nBiscoe,"4.450,5",yes\nDream,1,2,3\n'
    assert found(content) == [
        "data/p.csv, row 1: column 'BodyMass' has 'NA', which is not a finite number (and 1 more such row); "
        "say missing=['NA'], or leave the cell empty where there is no value",
        "data/p.csv, row 1: column 'Species' has 'yes', which is not a non-negative integer, as a label must "
        "be (and 2 more such rows); say label_type='string', or give each class a number, such as no = 0, "
        "yes = 1",
        "data/p.csv, row 4: it has 4 fields, more or fewer than the header; quote values that have a comma",
    ]


@pytest.mark.parametrize(
    ("row", "fix"),
    [
        ("Biscoe,4450,12.50", "name one that predicts amounts, such as LinearRegression"),
        ("Biscoe,4450,NA", "leave the cell empty where there is no value"),
        ('Biscoe,"1.234,5",0', "say decimal=',' if that is so in the whole column"),
        ('Biscoe,"1,234.5",0', "write numbers without separators of thousands"),
        ("Biscoe,1 234,0", "write numbers without separators of thousands"),
        ("Biscoe,4.5 kg,0", "write numbers alone, without their unit"),
        ("Biscoe,\u20ac 12,0", "write numbers alone, without their unit"),
        ("Biscoe,A-12,0", "correct the values, or make the column a categorical one"),
        ("Biscoe,heavy,0", "correct the values, or make the column a categorical one"),
    ],
)
def test_each_mistake_comes_with_its_fix(row: str, fix: str) -> None:
    (text,) = found(HEADER + GOOD + row)
    assert text.startswith("data/p.csv, row 3: column ")
    assert fix in text


def test_a_label_of_many_texts_is_another_column() -> None:
    rows = "".join(f"Biscoe,4450,bird {number}\n" for number in range(3000))
    (text,) = found(HEADER + rows)
    assert "(and 2999 more such rows); a label has at most 100 classes" in text


def test_a_category_that_is_not_utf8_is_refused_as_spark_does() -> None:
    (text,) = found((HEADER + GOOD + "Bisc\xf3e,1,1\n").encode("latin-1"))
    assert "row 3: column 'Island' has 'Bisc\ufffde', which is not UTF-8: save the file as UTF-8" in text


@pytest.mark.parametrize(
    "rows",
    [
        'Biscoe,4450,"1\nDream,3800,2\n',
        'Biscoe,4450,"1\nrest"\n',
        'Biscoe,"4450,1\nDream,3800,2\n',
        'Biscoe,4450,"1',
        'Biscoe,4450,"1\n',
        'Biscoe,4450, "1\nDream,3800,2"\n',
        'Biscoe,4450, "1',
        '"',
    ],
)
def test_a_row_that_is_not_on_one_line_is_refused(rows: str) -> None:
    assert found(HEADER + GOOD + rows) == [
        "data/p.csv has an unclosed quote in row 3 (row 1 follows the header): every row must be on one "
        "line, so write values without line breaks, and a quote within quotes doubled"
    ]


def test_too_many_incomplete_rows_are_refused_with_the_columns_that_are_empty() -> None:
    content = HEADER + GOOD * 4 + "Biscoe,,0\n" + ", ,1\n" * 2
    (text,) = found(content)
    assert text == (
        "data/p.csv: 3 of 11 rows are incomplete, a share of 0.2727, and max_dropped_share is 0.2; empty is "
        "'BodyMass' in 3, 'Island' in 2; fill them, or take a column that is mostly empty out of the plan, "
        "or raise max_dropped_share"
    )
    assert found(content, max_dropped_share=0.3) == []


def test_a_file_without_a_complete_row_names_the_empty_column() -> None:
    (text,) = found(HEADER + "Biscoe,,0\nDream,,1\n", max_dropped_share=1)
    assert text.startswith("data/p.csv has no complete row: of 2, empty is 'BodyMass' in 2; fill them")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("", "has no row below its header"),
        ("Biscoe,4450,1\n" * 3, "has one class alone in column 'Species'"),
        ("Biscoe,4450,1\nDream,,0\n" + "Biscoe,4450,1\n" * 9, "has one class alone in column 'Species'"),
        (GOOD + "Biscoe,4450,100\n", "has the class 100 in column 'Species'; classes must be below 100"),
    ],
)
def test_rows_from_which_nothing_can_be_learnt_are_refused(rows: str, said: str) -> None:
    (text,) = found(HEADER + rows)
    assert said in text


DATED = "Island,BodyMass,Species,SeenOn\nBiscoe,4450,0,2026-01-01\nDream,3800,1,2026-01-02\n"


def test_values_of_later_rows_are_not_looked_at() -> None:
    content = DATED + "Biscoe,NA,yes,2026-01-05T00:00:00Z\n"
    assert found(content, "2026-01-05T00:00:00+00:00", as_of_column="SeenOn") == []
    assert len(found(content, as_of_column="SeenOn")) == 2
    (text,) = found(content, "2025-01-01T00:00:00+00:00", as_of_column="SeenOn")
    assert text == "data/p.csv has no row before 2025-01-01T00:00:00+00:00"


def test_a_time_that_is_none_is_refused_in_every_row() -> None:
    (text,) = found(DATED + "Biscoe,1,1,yesterday\n", "2026-01-05T00:00:00+00:00", as_of_column="SeenOn")
    assert (
        "row 3: column 'SeenOn' has 'yesterday', which is neither a date (2026-01-05) nor an ISO 8601" in text
    )


def test_the_sample_data_is_what_the_dag_reads() -> None:
    content = (PROJECT / "data" / "penguins.csv").read_bytes()
    assert found(content, features={"categorical": ["Island"], "numeric": ["BodyMass"]}) == []


@pytest.mark.parametrize(
    ("size", "line", "limit"),
    [(1 << 20, "Biscoe,4450,1\n", 1 << 19), (50 << 20, "x" * 1024, 45 << 20)],
    ids=["many lines", "one long line"],
)
def test_the_memory_needed_does_not_grow_with_the_file(
    tmp_path: Path, size: int, line: str, limit: int
) -> None:
    path, wanted = tmp_path / "large.csv", PLAN.wanted()
    with path.open("w") as file:
        file.write(HEADER + GOOD)
        file.writelines(line for _ in range(size // len(line)))
    tracemalloc.start()
    try:
        with path.open("rb") as content:
            problems(content, "data/p.csv", wanted)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < limit


TREES = [{"algorithm": "DecisionTreeClassifier", "grid": {"maxBins": [4, 32]}}]
REGRESSION: dict[str, Any] = {
    "sweep": [{"algorithm": "LinearRegression", "grid": {"maxIter": [5]}}],
    "metric": "rmse",
    "gates": [],
}


@pytest.mark.parametrize(
    ("label_type", "labels"),
    [("string", ("yes", "no")), ("boolean", ("True", "false")), ("long", ("-1", "1000"))],
)
def test_labels_of_another_type_can_be_used(label_type: str, labels: tuple[str, str]) -> None:
    content = HEADER + "".join(f"Biscoe,4450,{label}\n" for label in labels)
    assert found(content, label_type=label_type) == []
    (text,) = found(content + f"Biscoe,1,{labels[0]}\nDream,1,\xff?\n", label_type="boolean")[-1:]
    assert "which is neither true nor false" in text


def test_a_class_of_fewer_rows_than_the_split_has_sides_is_told_before_a_cluster_is_paid_for() -> None:
    content = HEADER + GOOD * 2 + "Biscoe,1,0\n"
    (text,) = found(content, few_rows=False)
    assert text.startswith(
        "data/p.csv has fewer rows with '1' (2) in column 'Species' than the split has sides"
    )
    assert found(content, few_rows=False, split={"seed": 42, "validation_size": 0.0}) == []
    assert len(found(content + "Biscoe,NA,1\n", few_rows=False)) == 1
    spelt = HEADER + "Biscoe,1,no\n" * 3 + "Dream,1,I\u0302le\nDream,1, \u00cele\nDream,1,\u00cele \n"
    assert found(spelt, few_rows=False, label_type="string") == []


def test_a_regression_needs_numbers_of_which_two_differ() -> None:
    assert found(HEADER + "Biscoe,4450,1.5\nBiscoe,4450,-2e3\n", **REGRESSION) == []
    (text,) = found(HEADER + "Biscoe,4450,1.5\nBiscoe,4450,many\n", **REGRESSION)
    assert "row 2: column 'Species' has 'many', which is not a finite number" in text
    (text,) = found(HEADER + "Biscoe,4450,1\nBiscoe,4450,1.0\n", **REGRESSION)
    assert "has one value alone in column 'Species'" in text


def test_more_classes_than_an_algorithm_can_tell_apart_are_refused() -> None:
    sweep = [{"algorithm": "GBTClassifier", "grid": {"maxDepth": [2]}}]
    content = HEADER + GOOD + "Dream,1,2\n"
    (text,) = found(content, sweep=sweep)
    assert "has the class 2 in column 'Species'; classes must be below 2, as an algorithm or a" in text
    (text,) = found(content, sweep=sweep, label_type="string")
    assert (
        "has more than 2 classes in column 'Species', as an algorithm or a metric of the plan has no more"
        in text
    )
    assert found(HEADER + GOOD, sweep=sweep) == []
    (text,) = found(content, metric="areaUnderPR")
    assert "classes must be below 2" in text


def test_a_boolean_that_is_neither_true_nor_false_is_told_with_what_to_do() -> None:
    features = {"boolean": ["BodyMass"]}
    content = HEADER + "Biscoe,True,0\nDream, FALSE,1\n"
    assert found(content, features=features) == []
    (text,) = found(content + "Dream,yes,1\n", features=features)
    assert "row 3: column 'BodyMass' has 'yes', which is neither true nor false; correct the values" in text


def test_a_weight_of_a_label_that_no_row_has_is_refused() -> None:
    assert found(HEADER + GOOD, class_weights={1: 5}) == []
    (text,) = found(HEADER + GOOD, class_weights={1: 5, 7: 2})
    assert "has no row whose 'Species' is 7, which class_weights or a metric names; there are 0, 1" in text


def test_a_metric_of_a_label_that_no_row_has_is_refused() -> None:
    assert found(HEADER + GOOD, metric="recallByLabel/1") == []
    (text,) = found(HEADER + GOOD, gates=[{"metric": "precisionByLabel/7", "threshold": 0.5}])
    assert "has no row whose 'Species' is 7, which class_weights or a metric names; there are 0, 1" in text


def test_more_categories_than_the_plans_trees_take_are_refused() -> None:
    islands = ("Biscoe", "Dream", "Torgersen", "Wiencke")
    content = HEADER + "".join(f"{name},1,{place % 2}\n" for place, name in enumerate(islands))
    features: dict[str, Any] = {"categorical": ["Island"], "numeric": ["BodyMass"]}
    assert found(content, sweep=TREES) == []
    (text,) = found(content + "Anvers,1,1\n", sweep=TREES)
    assert "has more than 4 categories in column 'Island'" in text
    (text,) = found(content, sweep=TREES, features={**features, "handle_invalid": "keep"})
    assert "has more than 3 categories" in text
    assert found(content + "Anvers,1,1\n", sweep=TREES, features={**features, "encoding": "one-hot"}) == []


def test_a_value_that_may_be_missing_drops_no_row() -> None:
    features: dict[str, Any] = {"categorical": ["Island"], "numeric": ["BodyMass"], "missing_numeric": "mean"}
    content = HEADER + "Biscoe,,0\nDream,1,1\nDream,,1\n"
    assert found(content, features=features) == []
    assert found(content + ",1,1\n" * 3, features={**features, "missing_categorical": "category"}) == []
    (text,) = found(HEADER + "Biscoe,,0\nDream,,1\n", features=features)
    assert "has no value in column 'BodyMass': take it out of the plan" in text


def test_columns_may_have_any_name() -> None:
    features: dict[str, Any] = {"categorical": ["a.b"], "numeric": ["`mass` (g)"]}
    assert found("a.b,`mass` (g),Species\nBiscoe,1,0\nDream,1,1\n", features=features) == []


def test_a_row_that_a_delimiter_ends_is_told_so() -> None:
    (text,) = found(HEADER + GOOD.replace("\n", ",\n"))
    assert text == (
        "data/p.csv, row 1: it has 4 fields, more or fewer than the header (and 1 more such row); a comma "
        "ends it, and none ends the header: take it off the rows, or add one to the header"
    )


def test_messages_speak_of_the_file_as_the_user_has_it() -> None:
    # Written anew, a decimal comma is a point, and a semicolon a comma.
    content = (HEADER + 'Biscoe,"1,500",0\nDream,3800,1\nDream,3800\n').encode()
    written = Writing(delimiter=";", decimal=",", encoding="windows-1252")
    assert problems(io.BytesIO(content), "data/p.csv", PLAN.wanted(), written) == [
        "data/p.csv, row 1: column 'BodyMass' has '1.500', which is not a finite number; with decimal=',' a "
        "point is no fraction, and there may be no separators of thousands",
        "data/p.csv, row 3: it has 2 fields, more or fewer than the header; quote values that have ';'",
    ]
    garbled = (HEADER + GOOD + "\ufffd,1,1\n").encode()
    (text,) = problems(io.BytesIO(garbled), "data/p.csv", PLAN.wanted(), written)
    assert "which is not windows-1252: say the file's own encoding" in text


def test_a_request_of_the_plan_that_no_row_could_have_taught_is_told() -> None:
    def asked(island: str, **changes: Any) -> list[str]:
        endpoint = {"name": "p", "dataframe_records": [{"Island": island, "BodyMass": 4450}]}
        return found(HEADER + GOOD, endpoint=endpoint, **changes)

    assert asked(" Dream ") == []
    (text,) = asked("Draem")
    assert text.startswith(
        "data/p.csv has no complete row whose 'Island' is 'Draem', which the endpoint is asked"
    )
    keeps = {"categorical": ["Island"], "numeric": ["BodyMass"], "handle_invalid": "keep"}
    assert asked("Draem", features=keeps) == asked("Draem", deploy=False) == []
