"""What all kinds of source have in common, which is all that the rest of the package knows of one."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from rookery.parts import Part
from rookery.xcom import Handed

if TYPE_CHECKING:
    from rookery.fields import Field
    from rookery.mistakes import Mistake
    from rookery.sources.landing import Site
    from rookery.sources.wanted import Wanted
    from rookery.workspace.questions import Question
    from rookery_jobs.contract import SourceSpec


class Landed(Handed):
    """A source where Spark can read it, as `download_data` hands it on."""

    @abstractmethod
    def spec(self) -> SourceSpec:
        """The source, as the specs of job runs have it."""


class Source(Part):
    """Where training data comes from. Each kind is a subclass in a module of its own."""

    kind: str

    @property
    @abstractmethod
    def shown(self) -> str:
        """Where it is, without what may be secret."""

    @abstractmethod
    def fields(self) -> Iterator[Field]:
        """Its fields in the trigger form; their places begin at the source."""

    @abstractmethod
    def questions(self) -> Iterator[Question]:
        """What it asks a workspace before anything is created."""

    @abstractmethod
    def mistakes_here(self, dag_file: str, wanted: Wanted) -> Iterator[Mistake]:
        """What this machine can tell is wrong with it."""

    @abstractmethod
    def land(self, site: Site) -> Landed:
        """Bring it to where Spark can read it. Raises DownloadError."""

    @abstractmethod
    def landed(self, handed_on: Mapping[str, Any]) -> Landed:
        """What `land` has handed on, out of an XCom."""
