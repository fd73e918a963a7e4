"""Frozen dataclasses that travel as JSON between the Airflow side and the cluster, read strictly."""

import hashlib
import json
import types
import typing
from dataclasses import asdict, fields, is_dataclass
from typing import Any, TypeVar

from rookery_jobs.errors import ContractError

_D = TypeVar("_D", bound="Document")


def canonical_json(value: object) -> str:
    """One text per value: sorted keys, no spaces, ASCII; NaN and infinities are refused (ValueError)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def digest_of(value: object) -> str:
    """The first 16 hex digits of the SHA-256 of the value's canonical JSON."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()[:16]


class Document:
    """Base of the frozen dataclasses of the contract. A subclass checks its values in `__post_init__`."""

    def to_json(self) -> str:
        """Indented JSON with the dataclass's own field names."""
        return (
            json.dumps(asdict(typing.cast(Any, self)), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        )

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


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not allowed")


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
    entries = _expect(dict, value, where)
    hints = typing.get_type_hints(kind)
    names = [field.name for field in fields(kind)]
    unknown = sorted(set(entries) - set(names))
    missing = [name for name in names if name not in entries]
    if unknown or missing:
        raise ContractError(f"{where}: unknown keys {unknown}, missing keys {missing}; it has {names}")
    return kind(**{name: _decode(hints[name], entries[name], f"{where}.{name}") for name in names})


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
