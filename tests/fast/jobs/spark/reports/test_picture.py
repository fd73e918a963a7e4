"""Pictures that a browser draws, whatever texts the data has."""

from xml.etree import ElementTree

import pytest

from rookery_jobs.spark.reports.picture import bars, matrix

_SVG = "{http://www.w3.org/2000/svg}"


def texts_of(picture: str) -> list[str]:
    return [each.text or "" for each in ElementTree.fromstring(picture).iter(f"{_SVG}text")]  # noqa: S314


def widths_of(picture: str) -> list[float]:
    boxes = list(ElementTree.fromstring(picture).iter(f"{_SVG}rect"))  # noqa: S314
    return [float(each.attrib["width"]) for each in boxes[1:]]


def test_a_bar_is_as_long_as_its_share() -> None:
    picture = bars("Importance", [("Age", 0.6), ("City", 0.3), ("Zip", 0.0)])
    assert texts_of(picture) == ["Importance", "Age", "0.600", "City", "0.300", "Zip", "0.000"]
    first, second, third = widths_of(picture)
    assert second / first == pytest.approx(0.5)
    assert third == 0


def test_shares_that_are_all_zero_have_bars_of_no_length() -> None:
    assert widths_of(bars("t", [("Age", 0.0)])) == [0]


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "a & b", "\x00\x1b[31m", 'it\'s "so"', "日本"])
def test_a_text_of_the_data_is_text_in_the_picture(name: str) -> None:
    for picture in (bars("t", [(name, 1.0)]), matrix("t", [name, "x"], [[1, 2], [3, 4]])):
        tree = ElementTree.fromstring(picture)  # noqa: S314
        assert {each.tag for each in tree.iter()} == {f"{_SVG}{tag}" for tag in ("svg", "rect", "text")}


def test_a_matrix_has_every_count_and_of_many_classes_a_dot_for_each() -> None:
    shown = texts_of(matrix("t", ["no", "yes"], [[17, 2], [3, 41]]))
    assert {"17", "2", "3", "41", "no", "yes"} <= set(shown)
    names = [str(each) for each in range(30)]
    large = matrix("t", names, [[1] * 30 for _ in names])
    assert len(widths_of(large)) == 900
    assert "29" not in texts_of(large)
