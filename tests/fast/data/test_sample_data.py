"""The sample data: what is in the repository is what the public package says, and what our program writes."""

import csv
import io

from data.make_customers import COLUMNS, NEW_COUNTRY, NEW_SINCE, ROWS, write_customers
from data.make_penguins import write_penguins
from local_stack.environments import PROJECT

PENGUINS = PROJECT / "data" / "penguins.csv"
CUSTOMERS = PROJECT / "data" / "customers.csv"


def test_the_sample_data_is_the_package_palmerpenguins_row_by_row() -> None:
    written = io.StringIO()
    write_penguins(written)
    assert PENGUINS.read_text() == written.getvalue()


def test_the_sample_data_has_the_lab_s_344_rows_of_which_two_are_incomplete() -> None:
    header, *rows = PENGUINS.read_text().splitlines()
    assert header == "Island,CulmenLength,CulmenDepth,FlipperLength,BodyMass,Species"
    assert len(rows) == 344
    assert sum("" in row.split(",") for row in rows) == 2
    assert [sum(row.endswith(f",{species}") for row in rows) for species in "012"] == [152, 124, 68]


def test_the_customers_are_those_that_the_program_beside_them_writes() -> None:
    written = io.StringIO()
    write_customers(written)
    assert CUSTOMERS.read_text() == written.getvalue()


def test_the_customers_have_what_real_tables_have() -> None:
    rows = list(csv.DictReader(CUSTOMERS.open()))
    assert (len(rows), tuple(rows[0])) == (ROWS, COLUMNS)
    assert len({row["CustomerId"] for row in rows}) == ROWS
    assert 0.08 < sum(row["Churned"] == "yes" for row in rows) / ROWS < 0.15
    assert {name for name in COLUMNS if any(row[name] == "" for row in rows)} == {
        "PaymentMethod",
        "Age",
        "MonthlySpend",
    }
    assert 0 < sum(row["Tariff"] == "employee" for row in rows) < 100
    days = sorted({row["SignedUp"] for row in rows})
    new = [row["SignedUp"] for row in rows if row["Country"] == NEW_COUNTRY]
    assert new
    assert min(new) >= days[NEW_SINCE]
