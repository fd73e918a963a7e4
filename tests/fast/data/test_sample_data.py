"""The sample data: what is in the repository is what the public package says."""

import io

from data.make_penguins import write_penguins
from local_stack.environments import PROJECT

PENGUINS = PROJECT / "data" / "penguins.csv"


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
