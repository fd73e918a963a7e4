import dataclasses
import json
from typing import Annotated

import pytest

from rookery_jobs.contract import (
    ContractError,
    GateSpec,
    SnapshotSpec,
    SweepSpec,
)
from rookery_jobs.contract.documents import Document, Inline
from tests.fast.jobs.contract.documents import snapshot_spec, sweep_spec


@pytest.mark.parametrize("document", [snapshot_spec(), snapshot_spec(split_key="Id"), sweep_spec()])
def test_a_document_survives_the_journey_as_json(document: SnapshotSpec | SweepSpec) -> None:
    again = type(document).from_json(document.to_json())
    assert again == document


def test_parameters_keep_their_types_in_json() -> None:
    params = SweepSpec.from_json(sweep_spec().to_json()).points[0].params
    assert [type(value) for value in params.values()] == [int, float, bool]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"surprise": 1}, "surprise"),
        ({"threshold": None}, "threshold must be float"),
        ({"threshold": "0.9"}, "threshold must be float"),
        ({"threshold": True}, "threshold must be float"),
        ({"metric": "beauty"}, "unknown metric 'beauty'"),
    ],
)
def test_a_document_with_a_wrong_key_or_value_is_refused(change: dict[str, object], message: str) -> None:
    text = json.dumps({"metric": "accuracy", "threshold": 0.9, **change})
    with pytest.raises(ContractError, match=message):
        GateSpec.from_json(text)


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"metric": "accuracy"}', '{"metric": "f1", "threshold": NaN}']
)
def test_what_is_no_such_document_is_refused(text: str) -> None:
    with pytest.raises(ContractError):
        GateSpec.from_json(text)


def test_a_whole_number_is_taken_for_a_float() -> None:
    assert GateSpec.from_json('{"metric": "accuracy", "threshold": 1}') == GateSpec("accuracy", 1.0)


@dataclasses.dataclass(frozen=True)
class _Circle(Document):
    radius: float


@dataclasses.dataclass(frozen=True)
class _Square(Document):
    side: float


@dataclasses.dataclass(frozen=True)
class _Drawing(Document):
    name: str
    shape: Annotated[Document, Inline({"circle": _Circle, "square": _Square}, "circle", "shape_")]
    colour: str = "black"


@pytest.mark.parametrize(
    ("document", "entries"),
    [
        (_Drawing("a", _Circle(1.0)), {"name": "a", "shape_radius": 1.0}),
        (_Drawing("a", _Circle(1.0), "red"), {"name": "a", "shape_radius": 1.0, "colour": "red"}),
        (_Drawing("a", _Square(2.0)), {"name": "a", "shape_kind": "square", "shape_side": 2.0}),
    ],
)
def test_an_inline_document_lies_in_its_parent_and_what_came_later_is_written_only_if_it_is_used(
    document: _Drawing, entries: dict[str, object]
) -> None:
    assert json.loads(document.to_json()) == entries
    assert _Drawing.from_json(document.to_json()) == document


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"name": "a", "shape_side": 2.0}, "missing key 'shape_radius'"),
        ({"name": "a", "shape_kind": "square", "shape_side": 2.0, "shape_radius": 1.0}, "unknown keys"),
        ({"name": "a", "shape_kind": "star"}, "unknown shape_kind 'star'; known are circle, square"),
        ({"name": "a", "shape_kind": ["square"]}, "unknown shape_kind"),
        ({"name": "a", "shape_radius": 1.0, "colour": None}, "colour must be str"),
    ],
)
def test_an_inline_document_is_read_as_strictly(entries: dict[str, object], message: str) -> None:
    with pytest.raises(ContractError, match=message):
        _Drawing.from_json(json.dumps(entries))
