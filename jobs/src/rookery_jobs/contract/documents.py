"""Frozen dataclasses that travel as JSON between the Airflow side and the cluster, read strictly."""

import hashlib
import json
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from typing import Any, TypeVar

from rookery_jobs.contract.lists import first_ten
from rookery_jobs.errors import ContractError

_D = TypeVar("_D", bound="Document")


def canonical_json(value: object) -> str:
    """One text per value: sorted keys, no spaces, ASCII; NaN and infinities are refused (ValueError)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def digest_of(value: object) -> str:
    """The first 16 hex digits of the SHA-256 of the value's canonical JSON."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()[:16]


class Document:
    """Base of the frozen dataclasses of the contract. A subclass checks its values in `__post_init__`.

    A field with a default is one that was added later: its key is written only if the value is another, and
    a document without the key has the default. So documents of before can be read, and do not change.
    """

    def to_json(self) -> str:
        """Indented JSON with the dataclass's own field names."""
        return json.dumps(_encode(self), indent=2, ensure_ascii=False, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls: type[_D], text: str) -> _D:
        """Read what `to_json` wrote.

        Raises ContractError, with the place, for text that is no JSON object, an unknown or a missing key,
        or a value of another type (an int is taken for a float, nothing else is converted).
        """
        try:
            value = json.loads(text, parse_constant=_refuse_constant)
        except ValueError as error:
            raise ContractError(f"{cls.__name__} is not JSON: {error}") from error
        return typing.cast("_D", _decode(cls, value, cls.__name__))


@dataclass(frozen=True)
class Inline:
    """Marks a field, by `Annotated`, that is a document of one of some kinds and has its keys in the JSON
    object of its parent.

    `prefix` goes before each of its keys. `<field>_kind` says which of the `kinds` it is; without that key it
    is the `usual` one, which was the only one at first.
    """

    kinds: Mapping[str, type[Document]]
    usual: str
    prefix: str = ""


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not allowed")


def _encode(value: Any) -> Any:
    if isinstance(value, Document):
        return _encode_document(value)
    if isinstance(value, tuple):
        return [_encode(each) for each in value]
    return value


def _encode_document(document: Document) -> dict[str, Any]:
    entries: dict[str, Any] = {}
    for one, _, how in _fields(type(document)):
        value = getattr(document, one.name)
        if how is not None:
            entries |= _encode_inline(one.name, how, value)
        elif value != _default(one):
            entries[one.name] = _encode(value)
    return entries


def _encode_inline(name: str, how: Inline, value: Document) -> dict[str, Any]:
    kind = next(each for each, document in how.kinds.items() if type(value) is document)
    keys = {f"{how.prefix}{key}": entry for key, entry in _encode_document(value).items()}
    return keys if kind == how.usual else {f"{name}_kind": kind, **keys}


def _decode(kind: Any, value: Any, where: str) -> Any:
    if is_dataclass(kind):
        return _decode_document(typing.cast("type[Any]", kind), value, where)
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is tuple:
        items = _expect(list, value, where)
        return tuple(_decode(arguments[0], item, f"{where}[{index}]") for index, item in enumerate(items))
    if origin is dict:
        entries = _expect(dict, value, where)
        return {key: _decode(arguments[1], entry, f"{where}.{key}") for key, entry in entries.items()}
    kinds = arguments if origin in (typing.Union, types.UnionType) else (kind,)
    return _decode_scalar(kinds, value, where)


def _decode_document(kind: type[Any], value: Any, where: str) -> Any:
    left = dict(_expect(dict, value, where))
    document = _take(kind, left, where)
    if left:
        raise ContractError(f"{where}: unknown keys {first_ten(sorted(left))}")
    return document


def _take(kind: type[Any], left: dict[str, Any], where: str, prefix: str = "") -> Any:
    """Build a document from its keys among those that are left, which are taken away."""
    values = {}
    for one, hint, how in _fields(kind):
        key = f"{prefix}{one.name}"
        if how is not None:
            values[one.name] = _take_inline(key, how, left, where)
        elif key in left:
            values[one.name] = _decode(hint, left.pop(key), f"{where}.{key}")
        elif _default(one) is MISSING:
            raise ContractError(f"{where}: missing key {key!r}")
    return kind(**values)


def _take_inline(name: str, how: Inline, left: dict[str, Any], where: str) -> Any:
    kind = left.pop(f"{name}_kind", how.usual)
    if not isinstance(kind, str) or kind not in how.kinds:
        raise ContractError(f"{where}: unknown {name}_kind {kind!r}; known are {', '.join(how.kinds)}")
    return _take(how.kinds[kind], left, where, how.prefix)


def _fields(kind: type[Any]) -> Iterator[tuple[Field[Any], Any, Inline | None]]:
    """The fields of a document, each with its type and, if it is inline, how."""
    hints = typing.get_type_hints(kind, include_extras=True)
    for one in fields(kind):
        hint = hints[one.name]
        how = next((each for each in getattr(hint, "__metadata__", ()) if isinstance(each, Inline)), None)
        yield one, hint, how


def _default(one: Field[Any]) -> Any:
    return one.default if one.default_factory is MISSING else one.default_factory()


def _decode_scalar(kinds: tuple[Any, ...], value: Any, where: str) -> Any:
    if type(value) in kinds:
        return value
    if float in kinds and type(value) is int:
        return float(value)
    allowed = " or ".join(kind.__name__ for kind in kinds)
    raise ContractError(f"{where} must be {allowed}, not {value!r}")


def _expect(kind: type[Any], value: Any, where: str) -> Any:
    if type(value) is not kind:
        raise ContractError(f"{where} must be a JSON {'object' if kind is dict else 'array'}, not {value!r}")
    return value
