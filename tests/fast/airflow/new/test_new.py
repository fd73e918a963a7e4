"""`rookery new`: from a file as it comes to a plan that passes `rookery check`, or to a sentence why not."""

import gzip
import random
from collections.abc import Mapping
from pathlib import Path

import pytest

from rookery.cli import MISTAKES, MISUSED, OK, main
from rookery.new.command import default_dag_file, make
from rookery.plan.training import TrainingPlan

NUMBERS = random.Random(7)  # noqa: S311  (nothing secret)
ROWS = 60


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with its two folders, in which the command is called."""
    (tmp_path / "dags").mkdir()
    (tmp_path / "data").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ROOKERY_DATA_FOLDER", raising=False)
    return tmp_path


def table(delimiter: str = ",", decimal: str = ".", columns: Mapping[str, list[str]] = {}) -> str:
    """ROWS rows with an amount, a category, two classes, and columns of the test's own."""
    rows = range(ROWS)
    given = {
        "Amount": [f"{NUMBERS.random():.3f}".replace(".", decimal) for _ in rows],
        "City": [("Oslo", "Lyon", "Porto")[row % 3] for row in rows],
        "Bought": [("yes", "no")[row % 2] for row in rows],
        **columns,
    }
    lines = [
        delimiter.join(given),
        *(delimiter.join(values[row] for values in given.values()) for row in rows),
    ]
    return "\n".join(lines) + "\n"


def made(file: Path, label: str = "Bought") -> TrainingPlan:
    """The plan that is written for a file, of whose data the check finds nothing wrong."""
    dag_file = make(file, Path("dags/made.py"), lambda _: label).dag_file
    namespace: dict[str, TrainingPlan] = {}
    exec(dag_file.read_text(), namespace)  # noqa: S102  (what Airflow does)
    plan = namespace["plan"]
    assert list(plan.source.mistakes_here(str(dag_file.resolve()), plan.wanted())) == []
    return plan


def refusal(file: Path, capsys: pytest.CaptureFixture[str], label: str = "Bought") -> str:
    """Why no plan is made of a file; nothing is written then."""
    assert main(["new", str(file), "--label", label]) == MISTAKES
    assert list(Path("dags").glob("*.py")) == []
    said = capsys.readouterr().err
    assert said.count("\n") == 1, said
    return said


def write(text: str, name: str = "data/orders.csv", encoding: str = "utf-8") -> Path:
    file = Path(name)
    file.write_bytes(text.encode(encoding, errors="surrogateescape"))
    return file


def test_columns_are_guessed_by_what_is_in_them_and_say_why() -> None:
    rows = [str(row) for row in range(ROWS)]
    columns = {
        "Number": rows,
        "OrderId": [f"A-{row}" for row in reversed(rows)],
        "Day": [f"2026-01-{1 + row % 28:02}" for row in range(ROWS)],
        "Shop": ["main"] * ROWS,
        "Empty": [""] * ROWS,
        "Remark": [f"text {NUMBERS.random()}" for _ in rows],
        "Rating": ["NA", *("12345"[row % 5] for row in range(ROWS - 1))],
        "Colour": ["", *("red" for _ in range(ROWS - 2)), "none"],
    }
    plan = made(write(table(columns=columns)))
    assert plan.features.categorical == ("City", "Remark", "Colour")
    assert plan.features.numeric == ("Amount", "Rating")
    assert (plan.label, plan.label_type) == ("Bought", "string")
    assert (plan.features.missing_numeric, plan.features.missing_categorical) == ("median", "category")
    assert plan.source.model_dump()["missing"] == ("NA",)
    text = Path("dags/made.py").read_text()
    for guess in (
        "'Number': it counts the rows",
        "'OrderId': an id",
        "'Day': a time",
        "'Shop': the same value",
    ):
        assert guess in text
    assert "'Empty': it has no value" in text


def test_true_and_false_are_a_feature_of_their_own_also_where_some_are_missing() -> None:
    flags = ["NA", *(("TRUE", "false", "True")[row % 3] for row in range(ROWS - 1))]
    plan = made(write(table(columns={"Member": flags, "New": [*flags[1:], "true"]})))
    assert plan.features.boolean == ("Member", "New")
    assert plan.features.missing_numeric == "median"
    assert plan.source.model_dump()["missing"] == ("NA",)


def test_a_comma_in_a_number_is_not_taken_for_a_fraction_where_it_may_be_none() -> None:
    prices = [f'"{1 + row},{row:03}"' if row % 2 else str(100 + row) for row in range(ROWS)]
    plan = made(write(table(columns={"Price": prices})))
    assert plan.features.numeric == ("Amount",)
    assert plan.source.model_dump()["decimal"] == "."
    text = Path("dags/made.py").read_text()
    assert "'Price': numbers that have separators of thousands, or may have them, such as '2,001'" in text


@pytest.mark.parametrize(("delimiter", "other"), [(";", "7,125"), (",", '"0,5"'), (",", '"7,25"')])
def test_a_comma_is_a_fraction_where_it_can_be_nothing_else(delimiter: str, other: str) -> None:
    prices = [f'"{1 + row},{row:03}"' if row % 2 else other for row in range(ROWS)]
    amounts = [str(row * 7919 % 1000) for row in range(ROWS)]
    plan = made(write(table(delimiter, columns={"Price": prices, "Amount": amounts})))
    assert plan.features.numeric == ("Amount", "Price")
    assert plan.source.model_dump()["decimal"] == ","


def test_a_column_with_a_name_that_the_pipeline_makes_is_left_out() -> None:
    amounts = [f"{NUMBERS.random():.3f}" for _ in range(ROWS)]
    plan = made(write(table(columns={"CityIdx": amounts, "features": amounts, "Size\xa0(m\u00b2)": amounts})))
    assert plan.features.numeric == ("Amount", "Size\xa0(m\u00b2)")
    text = Path("dags/made.py").read_text()
    assert text.count("or is a column that the pipeline makes itself") == 2


def test_codes_are_no_numbers_and_neither_is_what_has_a_unit() -> None:
    columns = {
        "Region": [f"{row % 12:02}" for row in range(ROWS)],
        "Share": [f"{NUMBERS.random():.4f} %" for _ in range(ROWS)],
        "Class": ["007" if row % 2 else "7" for row in range(ROWS)],
        "Customer": [f"K-{row:05}" for row in range(ROWS)],
    }
    header, *rows = table(columns=columns).splitlines()
    more = [row.replace(" %", f"{place} %") + str(place) for place in range(3) for row in rows]
    plan = made(write("\n".join([header, *more])), "Class")
    assert plan.features.categorical == ("City", "Bought", "Region")
    assert plan.label_type == "string"
    text = Path("dags/made.py").read_text()
    assert "12 different codes, as some begin with 0" in text
    assert "'Share': not numbers alone, such as '0." in text
    assert "'Customer': too many different texts for categories\n" in text


def test_a_text_in_two_unicode_forms_is_one() -> None:
    towns = [("Orl\u00e9ans", "Orle\u0301ans", "Lyon")[row % 3] for row in range(ROWS)]
    made(write(table(columns={"Town": towns})))
    assert '"Town",  # 2 different texts' in Path("dags/made.py").read_text()


def test_rows_without_a_label_are_no_mistake_of_the_first_plan() -> None:
    labels = ["" if row % 3 else ("yes", "no")[row % 2] for row in range(ROWS)]
    assert made(write(table(columns={"Late": labels})), "Late").max_dropped_share == 0.67


def test_numbers_but_for_some_text_are_told_with_the_text() -> None:
    many = ["unknown", *(f"{NUMBERS.random() * 1000:.4f}" for _ in range(ROWS - 1))]
    few = ["10+", *(str(row % 9) for row in range(ROWS - 1))]
    rows = [many[row % ROWS] + (str(row) if row % ROWS else "") for row in range(3 * ROWS)]
    lines = table(columns={"Few": few}).splitlines()
    body = [f"{lines[1 + row % ROWS]},{rows[row]}" for row in range(3 * ROWS)]
    plan = made(write("\n".join([f"{lines[0]},Many", *body])))
    assert plan.features.categorical == ("City", "Few")
    text = Path("dags/made.py").read_text()
    assert "10 different texts, most of them numbers, but not '10+'" in text
    assert (
        "'Many': too many different texts for categories, most of them numbers, but not 'unknown': if that "
        "is no value, say missing=['unknown'], and take it for numbers"
    ) in text


@pytest.mark.parametrize(
    ("values", "label_type"),
    [
        (["0", "1", "2"], "int"),
        (["0", "1", "NA", "1", "0", "1", "0"], "int"),
        (["3", "7"], "long"),
        (["TRUE", "false"], "boolean"),
        (["TRUE", "NA", "false", "TRUE"], "boolean"),
        (["a", "b"], "string"),
        ([str(row) for row in range(40, 100)], "double"),
        (["1.5", "2.5", "7"], "double"),
    ],
)
def test_the_type_of_the_label_follows_from_its_values(values: list[str], label_type: str) -> None:
    label = [values[row % len(values)] for row in range(ROWS)]
    plan = made(write(table(columns={"Outcome": label[::-1]})), "Outcome")
    assert plan.label_type == label_type
    assert plan.objective == ("regression" if label_type == "double" else "classification")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (table(";", ","), "utf-8"),
        (table("\t"), "utf-16"),
        (table().replace("Lyon", "Liège"), "windows-1252"),
        (table().replace("Lyon", '"Ly\non"'), "utf-8"),
        (table().replace("Lyon", '"Lyon, ""Rhône"""'), "utf-8-sig"),
        (table().replace("Amount", '"Amount in ""€"""').replace("City", "City.of.the\\shop"), "utf-8"),
        (table().replace("\n", "\r\n"), "utf-8"),
        (table().replace("Amount", '"Amount\n(euros)"'), "utf-8"),
    ],
    ids=[
        "semicolons",
        "UTF-16",
        "not UTF-8",
        "line breaks",
        "quotes",
        "names",
        "CR LF",
        "a name of two lines",
    ],
)
def test_a_file_is_read_in_the_way_that_it_is_written(text: str, encoding: str) -> None:
    plan = made(write(text, encoding=encoding))
    assert len(plan.features.numeric) == len(plan.features.categorical) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty: the first line must name its columns"),
        ("\n\n", "is empty"),
        ("Amount,Bought\n", "has no row below its header"),
        ("Bought\nyes\nno\n", "has one column alone, 'Bought'"),
        ("1.5,yes\n2.5,no\n", "has '1.5' in its first line, which is a value and no name"),
        ("Bought,Bought\nyes,1\nno,2\n", "'Bought' is 2 columns of the file"),
        ("Id,Bought\n1,yes\n2,no\n3,no\n", "no column is left to learn from. 'Id': it counts the rows"),
        ("Amount,Bought\n1,yes\n2,yes\n", "the label 'Bought' has one value in all rows, 'yes'"),
        ("Amount,Sold\n1,yes\n2,no\n", "'Bought' is 0 columns of the file"),
        ("Amount,Bought\n1,a\0b\n2,no\n", "has NUL characters, which are in no text"),
        ("Amount,Bought\n1,\udc81\u00e4\n2,no\n", "is neither UTF-8 nor windows-1252"),
        ("sep=;\nAmount;Bought\n1;yes\n2;no\n", "begins with a line for Excel, 'sep=…'"),
        (
            "Sales, May\nAmount,City,Bought\n1,Oslo,yes\n",
            "as the header names; the first has 3, and it names 2",
        ),
        ("Sales 2026\n\nAmount,Bought\n1,yes\n2,no\n", "and the first line must name the columns"),
        ("Amount,City,Bought\n1,yes\n", "as the header names; the first has 2, and it names 3"),
        ('Amount, "Bought"\n1, "yes"\n2, "no"\n', "has blanks before the quotes in column '\"Bought\"'"),
        (
            'Amount,Bought\n1,yes\n2,"no\n3,yes\n',
            "has a quote in row 2 (row 1 follows the header) that is never",
        ),
        (
            'Amount,Bought\n1,"1,200"\n2,"1,300"\n3,"800"\n',
            "the label 'Bought' has numbers that have separators of thousands, or may have them, such as ",
        ),
    ],
)
def test_a_file_that_no_plan_can_be_made_of_is_told_in_a_sentence(
    capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    assert said in refusal(write(text), capsys)


def test_a_label_of_more_texts_than_can_be_learnt_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [f"{NUMBERS.random()},word {row}" for row in range(200)]
    file = write("\n".join(["Amount,Bought", *lines]))
    assert "'Bought' has more than 100 different texts" in refusal(file, capsys)


@pytest.mark.parametrize("name", ["2024 sales (ü).csv", "-x.CSV", "sub/a.b.csv", "日本.csv", "class.csv"])
def test_a_file_may_have_any_name(name: str) -> None:
    Path("data/sub").mkdir()
    file = write(table(), f"data/{name}")
    plan = TrainingPlan.model_validate(made(file).model_dump())
    assert plan.source.shown == f"data/{name}"
    named = make(file, default_dag_file(file), lambda _: "Bought").dag_file
    assert main(["check", str(named)]) == OK


def test_a_file_may_be_compressed_with_gzip_and_other_archives_are_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = Path("data/orders.csv.gz")
    file.write_bytes(gzip.compress(table().encode()))
    assert main(["new", str(file), "--label", "Bought"]) == OK
    assert 'url="data/orders.csv.gz"' in Path("dags/orders.py").read_text()
    Path("dags/orders.py").unlink()
    file.write_bytes(b"PK\x03\x04 and so on")
    assert "is a zip archive, not CSV" in refusal(file, capsys)


def test_a_file_from_elsewhere_is_copied_to_the_data_folder_and_never_over_another(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("downloads").mkdir()
    file = write(table(), "downloads/My orders (1).csv")
    plan = made(file)
    assert plan.source.shown == "data/My-orders-1-.csv"
    assert Path(plan.source.shown).read_bytes() == file.read_bytes()
    Path("dags/made.py").unlink()
    file.write_text(table())
    assert "is another file of the same name" in refusal(file, capsys)


def test_what_is_written_passes_the_check_and_a_dag_file_that_is_there_is_left_alone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = write(table())
    assert main(["new", str(file), "--label", "Bought"]) == OK
    assert main(["check", "dags/orders.py"]) == OK
    before = Path("dags/orders.py").read_text()
    assert main(["new", str(file), "--label", "City"]) == MISTAKES
    assert "is there already" in capsys.readouterr().err
    assert Path("dags/orders.py").read_text() == before


def test_without_a_label_the_columns_are_named_and_a_file_that_is_not_there_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", open("/dev/null"))  # noqa: PTH123, SIM115
    assert main(["new", str(write(table()))]) == MISUSED
    assert "name the label with --label, one of: Amount, City, Bought" in capsys.readouterr().err
    assert main(["new", "data/gone.csv"]) == MISUSED
    assert "there is no file data/gone.csv" in capsys.readouterr().err


def test_a_mistake_of_the_file_that_a_plan_cannot_help_is_told_beside_the_plan(
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = write(table() + "0.5,Oslo\n")
    assert main(["new", str(file), "--label", "Bought"]) == MISTAKES
    assert "row 61" in capsys.readouterr().out
