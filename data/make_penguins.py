"""Write `penguins.csv` from the package palmerpenguins, whose data is in the public domain (CC0).

Run with the developers' environment: `python data/make_penguins.py > data/penguins.csv`. The columns and the
numbering of the species are those of Microsoft's lab "Use MLflow in Azure Databricks".
"""

import sys
from typing import TextIO

from palmerpenguins import load_penguins

SPECIES = {"Adelie": 0, "Gentoo": 1, "Chinstrap": 2}
COLUMNS = {
    "island": "Island",
    "bill_length_mm": "CulmenLength",
    "bill_depth_mm": "CulmenDepth",
    "flipper_length_mm": "FlipperLength",
    "body_mass_g": "BodyMass",
    "species": "Species",
}


def write_penguins(target: TextIO) -> None:
    """Write all 344 rows in the package's order; a missing measurement is an empty field."""
    penguins = load_penguins()
    table = penguins.assign(species=penguins["species"].map(SPECIES))[list(COLUMNS)].rename(columns=COLUMNS)
    target.write(",".join(table.columns) + "\n")
    for row in table.itertuples(index=False):
        target.write(",".join(_text(value) for value in row) + "\n")


def _text(value: object) -> str:
    if isinstance(value, float):
        return "" if value != value else f"{value:g}"
    return str(value)


if __name__ == "__main__":
    write_penguins(sys.stdout)
