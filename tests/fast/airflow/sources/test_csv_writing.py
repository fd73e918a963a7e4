"""A file that is written in another way is written anew, and then read as any other."""

import hashlib
import io
from pathlib import Path
from typing import Any

import pytest

from rookery.exceptions import DownloadError, PlanError
from rookery.sources.csv import CsvSource
from rookery.sources.csv_writing import Writing, rewrite
from tests.fast.airflow.operators.test_download import data, download
from tests.plans import PLAN
from tests.recorder import Recorder

__all__ = ["data"]


def usual(content: str, *numbers: str, encoding: str = "UTF-8", **writing: Any) -> str:
    target = io.BytesIO()
    source = io.BytesIO(content.encode(encoding))
    fetched = rewrite(source, target, Writing(encoding=encoding, **writing), numbers, "data/p.csv")
    assert fetched.sha256 == hashlib.sha256(target.getvalue()).hexdigest()
    assert fetched.size == len(target.getvalue())
    assert not source.closed
    return target.getvalue().decode()


@pytest.mark.parametrize(
    ("content", "writing", "expected"),
    [
        ("a;b\n1;x, y\n", {"delimiter": ";"}, 'a,b\n1,"x, y"\n'),
        ("a\tb\r\n1\t\r\n", {"delimiter": "\t"}, "a,b\n1,\n"),
        ("a,b\n'x,1',2\n", {"quote": "'", "escape": "'"}, 'a,b\n"x,1",2\n'),
        ('a,b\n"5\\" pipe",2\n', {"escape": "\\"}, 'a,b\n"5"" pipe",2\n'),
        ("a,b\nNA, - \n", {"missing": ("NA", "-")}, "a,b\n,\n"),
        ("a,b\nNA\u200b,\xa0-\n", {"missing": ("NA", "-")}, "a,b\n,\n"),
        ('a,b\n"one\r\ntwo\n\nthree",2\n', {"multiline": True}, "a,b\none two  three,2\n"),
        ("\ufeffa,b\n1,2\n\n3,4,5\n", {"missing": ("?",)}, "a,b\n1,2\n3,4,5\n"),
    ],
)
def test_a_file_is_written_in_the_usual_way(content: str, writing: dict[str, Any], expected: str) -> None:
    assert usual(content, **writing) == expected


def test_a_decimal_comma_is_one_in_columns_of_numbers_alone() -> None:
    content = "mass;note\n4450,5;1,5\n1.234,5;x\n1.500;y\n"
    assert usual(content, "mass", delimiter=";", decimal=",") == (
        'mass,note\n4450.5,"1,5"\n"1,234.5",x\n"1,500",y\n'
    )


@pytest.mark.parametrize("encoding", ["windows-1252", "UTF-16", "utf-8"])
def test_every_encoding_becomes_utf8(encoding: str) -> None:
    assert usual("Île;b\nœuf;2\n", encoding=encoding, delimiter=";") == "Île,b\nœuf,2\n"


def test_a_line_break_within_quotes_is_refused_where_there_may_be_none() -> None:
    with pytest.raises(DownloadError, match="unclosed quote in row 2"):
        usual('a;b\n1;2\n3;"4\n5;6\n', delimiter=";")
    with pytest.raises(DownloadError, match="unclosed quote in row 1"):
        usual('a;b\n1; "x\n2;y"\n', delimiter=";")
    with pytest.raises(DownloadError, match="row 1: it cannot be read as CSV"):
        usual('a;b\n1;"' + "x\n" * (3 << 20), delimiter=";", multiline=True)


def test_a_quote_that_is_never_closed_does_not_swallow_the_rest_of_the_file() -> None:
    rest = "".join(f"{row};note\n" for row in range(20))
    for row, content in ((0, 'a;"b\n'), (2, 'a;b\n1;x\n2;"y\n')):
        place = f"row {row}" if row else "its header"
        with pytest.raises(DownloadError, match=f"has a quote in {place} .* that is never closed"):
            usual(content + rest, delimiter=";", multiline=True)
    with pytest.raises(DownloadError, match="unclosed quote in row 1"):
        usual('a;b\n1;"x', delimiter=";")
    assert usual('a;b\n1;"x,\n "', delimiter=";", multiline=True) == 'a,b\n1,"x,  "\n'


def test_a_name_of_several_lines_is_a_name_of_one() -> None:
    content = 'Name;"Income\r\n(1000 kr)"\nx;2,5\n'
    written = usual(content, "Income (1000 kr)", delimiter=";", decimal=",", multiline=True)
    assert written == "Name,Income (1000 kr)\nx,2.5\n"


def test_bytes_that_cannot_be_of_the_encoding_are_told() -> None:
    with pytest.raises(DownloadError, match=r"data/p.csv is not UTF-16 \(.*\): say its own encoding"):
        rewrite(io.BytesIO(b"a,b\n1,2\n"), io.BytesIO(), Writing(encoding="UTF-16"), (), "data/p.csv")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("delimiter", ";;", "';;' is not one character"),
        ("quote", "", "'' is not one character"),
        ("encoding", "latin-99", "'latin-99' is no encoding of text that Python knows"),
        ("encoding", "base64", "'base64' is no encoding of text that Python knows"),
        ("decimal", "'", "decimal"),
    ],
)
def test_a_way_of_writing_that_cannot_be_is_refused(field: str, value: str, said: str) -> None:
    source = CsvSource(url="data/p.csv", **{field: value})
    with pytest.raises(PlanError) as caught:
        PLAN.model_copy().model_validate({**PLAN.model_dump(), "source": source})
    assert said in str(caught.value)


def test_what_lands_is_the_file_as_spark_is_to_read_it(data: Path, databricks: Recorder) -> None:
    rows = "Île;4450,5;0\nDream;k. A.;1\nDream;3800;1\n" * 3
    data.write_bytes(f"Island;BodyMass;Species\n{rows}".encode("cp1252"))
    source = {
        "url": "data/penguins.csv",
        "delimiter": ";",
        "decimal": ",",
        "encoding": "windows-1252",
        "missing": ["k. A."],
    }
    handed_on = download(source=source, max_dropped_share=0.5)
    landed = ("Island,BodyMass,Species\n" + "Île,4450.5,0\nDream,,1\nDream,3800,1\n" * 3).encode()
    assert databricks.files[handed_on["path"].removeprefix("dbfs:")] == landed
    assert handed_on["sha256"] == hashlib.sha256(landed).hexdigest()
    assert handed_on["size"] == len(landed)
    with pytest.raises(DownloadError, match="3 of 9 rows are incomplete"):
        download(source=source)


def test_a_point_in_a_number_with_a_decimal_comma_is_no_fraction(data: Path, databricks: Recorder) -> None:
    data.write_text("Island;BodyMass;Species\nBiscoe;1.500;0\nDream;3800;1\n")
    source = {"url": "data/penguins.csv", "delimiter": ";", "decimal": ","}
    with pytest.raises(DownloadError, match=r"row 1: column 'BodyMass' has '1\.500', which is not a finite"):
        download(source=source)
    assert [call for call in databricks.calls if "/api/" in call.path] == []
