"""Where an init script is.

https://docs.databricks.com/api/azure/workspace/clusters/create (`init_scripts`)
"""

from typing import Any

from pydantic import ConfigDict

from local_workspace.errors import InvalidParameterValue
from local_workspace.messages import Message

MOST_INIT_SCRIPTS = 10
_BEGINNINGS = {"workspace": "/", "volumes": "/Volumes/", "dbfs": "dbfs:/"}


class Place(Message):
    """A file of the workspace, of a volume or of DBFS."""

    destination: str


class InitScript(Message):
    """One of these; places that this workspace does not reach are kept, to be refused by name."""

    model_config = ConfigDict(extra="allow")

    workspace: Place | None = None
    volumes: Place | None = None
    dbfs: Place | None = None

    @property
    def destination(self) -> str:
        """The path of a checked script."""
        (place,) = self._given().values()
        return place.destination

    def check(self) -> None:
        """Raise `InvalidParameterValue` for a script that is in no place, in several, or out of reach."""
        if unknown := [name for name, value in (self.model_extra or {}).items() if value]:
            raise InvalidParameterValue(
                f"init_scripts: {', '.join(unknown)} is not supported by this workspace, only "
                f"{', '.join(_BEGINNINGS)} are."
            )
        given = self._given()
        if len(given) != 1:
            raise InvalidParameterValue(f"init_scripts: each script has one of {', '.join(_BEGINNINGS)}.")
        for kind, place in given.items():
            if not place.destination.startswith(_BEGINNINGS[kind]):
                raise InvalidParameterValue(
                    f"init_scripts.{kind}.destination must begin with {_BEGINNINGS[kind]}, "
                    f"got {place.destination!r}"
                )

    def _given(self) -> dict[str, Place]:
        places: dict[str, Any] = {name: getattr(self, name) for name in _BEGINNINGS}
        return {name: place for name, place in places.items() if place is not None}
