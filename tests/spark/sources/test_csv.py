"""CSV files as they come: what is in quotes, and where a line ends."""

import pytest
from pyspark.sql import SparkSession

from rookery_jobs.errors import DataError
from rookery_jobs.spark.text.csv_lines import unclosed_quote
from tests.spark.study import PENGUINS, Study
from tests.telling import telling

HEADER = "Island,CulmenLength,CulmenDepth,FlipperLength,BodyMass,Species,Note"
ROWS = [f"{row},ok" for row in PENGUINS.read_text().splitlines()[1:]]


@pytest.mark.parametrize("end", telling(1, ["\n", "\r\n", "\r"]))
@pytest.mark.parametrize(
    "note",
    [
        '"measured again, was:{end}Dream,49,19,196,3700,1,wrong scale"',
        '"never closed',
        '"closed ""by mistake""',
        '"',
        ' "after a blank{end}Dream,49,19,196,3700,1,wrong scale"',
    ],
)
def test_a_value_that_goes_on_in_the_next_line_is_refused_with_its_row(
    fresh_study: Study, note: str, end: str
) -> None:
    broken = ROWS[16].removesuffix("ok") + note.format(end=end)
    text = end.join([HEADER, *ROWS[:16], broken, *ROWS[17:]])
    with pytest.raises(DataError, match=r"has an unclosed quote in row 17 \(row 1 follows the header\)"):
        fresh_study.prepare(fresh_study.snapshot_spec(text))


def test_the_last_row_may_not_be_cut_either(fresh_study: Study) -> None:
    text = "\n".join([HEADER, *ROWS[:-1], ROWS[-1].removesuffix("ok") + '"never closed'])
    with pytest.raises(DataError, match=f"an unclosed quote in row {len(ROWS)}"):
        fresh_study.prepare(fresh_study.snapshot_spec(text))


def test_blanks_of_no_width_are_no_part_of_a_name(fresh_study: Study) -> None:
    text = "\n".join([HEADER.replace("Species", "Species\u200b").replace("Island", " Island\xa0"), *ROWS])
    assert fresh_study.prepare(fresh_study.snapshot_spec(text)).rows_read == len(ROWS)


def test_a_header_that_goes_on_in_the_next_line_is_refused(fresh_study: Study) -> None:
    text = "\n".join([HEADER.replace("Note", '"Note\n(free)"'), *ROWS])
    with pytest.raises(DataError, match="an unclosed quote in its header"):
        fresh_study.prepare(fresh_study.snapshot_spec(text))


@pytest.mark.parametrize(
    "note",
    telling(
        3,
        [
            '5" pipe',
            '"a ""b"", c"',
            '""',
            '""""',
            '"""a"',
            '"a"""',
            'x,"y","z"',
            '"{""a"": [""b"", ""c""]}"',
            'a "b" c',
        ],
    ),
)
def test_a_line_whose_quotes_are_closed_is_none_of_these(
    spark: SparkSession, note: str, tmp_path: object
) -> None:
    path = f"{tmp_path}/data.csv"
    with open(path, "w") as file:  # noqa: PTH123
        file.write(f"Id,Note\n1,{note}\n{note},2\n\n{note}\n")
    assert unclosed_quote(spark, path) is None


def test_a_long_line_of_many_quotes_is_no_trouble_for_java(spark: SparkSession, tmp_path: object) -> None:
    path = f"{tmp_path}/data.csv"
    value = '"' + '""key"": ""value"", ' * 20_000 + '"'
    with open(path, "w") as file:  # noqa: PTH123
        file.write(f"Id,Note\n1,{value}\n" + f"{value}," * 3 + f"{value}\n2,{value[:-1]}\n")
    assert "row 3" in str(unclosed_quote(spark, path))
