"""Where something is that a cluster reads or writes: in exactly one of several kinds of place."""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import ConfigDict

from local_workspace.errors import InvalidParameterValue
from local_workspace.messages import Message


class Place(Message):
    """A file or folder."""

    destination: str


class OnePlace(Message):
    """One of its fields is the place; kinds that this workspace does not reach are kept, to be refused by
    name."""

    model_config = ConfigDict(extra="allow")

    FIELD: ClassVar[str]
    """The field of a cluster that it is, for its errors."""
    BEGINNINGS: ClassVar[Mapping[str, str]]
    """The kinds, each with what its destinations begin with."""

    @property
    def destination(self) -> str:
        """That of a checked one."""
        (place,) = self._given().values()
        return place.destination

    def check(self) -> None:
        """Raise `InvalidParameterValue` for no place, for several, and for one out of reach."""
        kinds = ", ".join(self.BEGINNINGS)
        if unknown := [name for name, value in (self.model_extra or {}).items() if value]:
            raise InvalidParameterValue(
                f"{self.FIELD}: {', '.join(unknown)} is not supported by this workspace, only {kinds} are."
            )
        given = self._given()
        if len(given) != 1:
            raise InvalidParameterValue(f"{self.FIELD}: each has one of {kinds}.")
        for kind, place in given.items():
            if not place.destination.startswith(self.BEGINNINGS[kind]):
                raise InvalidParameterValue(
                    f"{self.FIELD}.{kind}.destination must begin with {self.BEGINNINGS[kind]}, "
                    f"got {place.destination!r}"
                )

    def _given(self) -> dict[str, Place]:
        places: dict[str, Any] = {kind: getattr(self, kind) for kind in self.BEGINNINGS}
        return {kind: place for kind, place in places.items() if place is not None}
