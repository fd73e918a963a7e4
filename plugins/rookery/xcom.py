"""What one task hands to another: a type with a name, and its one way to and from the JSON of an XCom."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Protocol, Self

from rookery.exceptions import RookeryError


class Pushes(Protocol):
    """A running task instance, which takes XComs."""

    def xcom_push(self, key: str, value: Any) -> None:
        """Leave a value under a key."""


@dataclass(frozen=True)
class Handed:
    """Base of the frozen dataclasses that tasks leave for others. The fields' names are the keys of the JSON.

    They stay as they are: after an upgrade, Airflow goes on with runs whose XComs were written before.
    """

    def to_xcom(self) -> dict[str, Any]:
        """Plain JSON, without tuples, for a task to return."""
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return plain

    def push(self, instance: Pushes) -> None:
        """Leave each field under a key of its own, for tasks that take one of them."""
        for key, value in self.to_xcom().items():
            instance.xcom_push(key=key, value=value)

    @classmethod
    def from_xcom(cls, value: Mapping[str, Any]) -> Self:
        """What `to_xcom` has written, also if that version knew more fields. Raises RookeryError if one is
        missing."""
        names = [field.name for field in fields(cls)]
        missing = [name for name in names if name not in value]
        if missing:
            raise RookeryError(
                f"the XCom of a task before has no {', '.join(missing)}, which {cls.__name__} needs: clear "
                "the task that has left it, and those that follow"
            )
        return cls(**{name: value[name] for name in names})
