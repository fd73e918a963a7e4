"""Grants: https://docs.databricks.com/api/azure/workspace/grants"""

from typing import Annotated, Any

from pydantic import AfterValidator, Field
from starlette.routing import Route

from local_workspace.api.unity import BASE, VERSIONS
from local_workspace.api.unity.fields import Page
from local_workspace.api.wire import Answer, routes
from local_workspace.errors import InvalidParameterValue
from local_workspace.messages import Message
from local_workspace.store import Document
from local_workspace.unity.kinds import KINDS, Kind
from local_workspace.unity.unity import UnityCatalog

_SMALLEST_PAGE = 150
_MODEL_NAMES = {"MODEL": "FUNCTION", "REGISTERED_MODEL": "FUNCTION"}


def _page_length(asked: int) -> int:
    """A page has at least what one principal can have: https://docs.databricks.com/api/azure/workspace/grants/get"""
    if asked and asked < _SMALLEST_PAGE:
        raise ValueError(f"it must be 0 or at least {_SMALLEST_PAGE}")
    return asked


class Change(Message):
    """What one principal is given, and what is taken away."""

    principal: Annotated[str, Field(min_length=1, max_length=255)]
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


class Of(Page):
    """The grants on an object, all or those of one principal."""

    max_results: Annotated[int, AfterValidator(_page_length)] = 0
    securable_type: str
    full_name: str
    principal: str = ""

    @property
    def kind(self) -> Kind:
        """The kind that the path names, in any case."""
        asked = self.securable_type.upper()
        kind = KINDS.get(_MODEL_NAMES.get(asked, asked))
        if kind is None:
            raise InvalidParameterValue(f"Securable type {self.securable_type[:80]} is not offered here.")
        return kind


class Update(Of):
    """`update`."""

    changes: tuple[Change, ...] = ()


def grant_routes(unity: UnityCatalog) -> list[Route]:
    """Read and change what is granted; each list under both of its names."""
    of = "/{securable_type}/{full_name}"

    def direct(m: Of) -> list[Document]:
        return _of_one(m, _direct(unity, m.kind, m.full_name))

    def effective(m: Of) -> list[Document]:
        return _of_one(m, _effective(unity, m.kind, m.full_name))

    def update(m: Update) -> Answer:
        changes = [(each.principal, each.add, each.remove) for each in m.changes]
        unity.change_grants(m.kind, m.full_name, changes)
        return {"privilege_assignments": _direct(unity, m.kind, m.full_name)}

    def route(path: str, answer: Any, key: str) -> list[Route]:
        return routes("GET", f"{BASE}/{path}{of}", Of, lambda m: m.of(answer(m), key), VERSIONS)

    return [
        *route("permissions", direct, "privilege_assignments"),
        *route("privilege-assignments", direct, "privilege_assignments"),
        *route("effective-permissions", effective, "privilege_assignments"),
        *route("effective-privilege-assignments", effective, "effective_privilege_assignments"),
        *routes("PATCH", f"{BASE}/permissions{of}", Update, update, VERSIONS),
    ]


def _of_one(request: Of, assignments: list[Document]) -> list[Document]:
    return [each for each in assignments if request.principal in {"", each["principal"]}]


def _direct(unity: UnityCatalog, kind: Kind, full_name: str) -> list[Document]:
    assignments = unity.grants(kind, full_name)[-1][2]
    return [{"principal": each, "privileges": privileges} for each, privileges in assignments.items()]


def _effective(unity: UnityCatalog, kind: Kind, full_name: str) -> list[Document]:
    """What is inherited says from where."""
    gathered: dict[str, list[Document]] = {}
    for each, name, assignments in unity.grants(kind, full_name):
        origin = (
            {} if each is kind else {"inherited_from_type": each.securable_type, "inherited_from_name": name}
        )
        for principal, privileges in assignments.items():
            gathered.setdefault(principal, []).extend({"privilege": p} | origin for p in privileges)
    return [{"principal": each, "privileges": privileges} for each, privileges in gathered.items()]
