"""A CSV file as a source: from the web or the project to the data root, under its SHA-256."""

from __future__ import annotations

import dataclasses
import logging
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from reprlib import repr as shown
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, Literal
from urllib.parse import urlsplit

from rookery.exceptions import DownloadError
from rookery.fields import Field
from rookery.mistakes import Mistake, listed
from rookery.parts import Names, checked
from rookery.sources.csv_survey import problems
from rookery.sources.csv_writing import Writing, check_character, rewrite
from rookery.sources.fetching.compressed import unpack
from rookery.sources.fetching.download import Fetched, copy_file, download
from rookery.sources.fetching.project_files import data_folder, project_file
from rookery.sources.fetching.urls import host_problem, redacted, url_problem
from rookery.sources.landing import Limits
from rookery.sources.source import Landed, Source
from rookery.workspace import storage
from rookery_jobs.contract import CsvSourceSpec, slug

if TYPE_CHECKING:
    from rookery.sources.landing import Site
    from rookery.sources.wanted import Wanted
    from rookery.workspace.questions import Question

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LandedCsv(Landed):
    """A CSV file on the data root, its size in bytes, and where it is from (without what may be secret)."""

    path: str
    sha256: str
    size: int
    url: str

    def spec(self) -> CsvSourceSpec:
        """The file, as the specs of job runs have it."""
        return CsvSourceSpec(self.path, self.sha256)


def _check_url(url: str) -> Iterator[Mistake]:
    if problem := url_problem(url):
        yield Mistake(problem)


def _check_hosts(hosts: Sequence[str]) -> Iterator[Mistake]:
    for index, host in enumerate(hosts):
        if problem := host_problem(host):
            yield Mistake(problem, (index,))


def _check_encoding(name: str) -> Iterator[Mistake]:
    try:
        "".encode(name)
    except LookupError:
        yield Mistake(
            f"{name!r} is no encoding of text that Python knows; such are UTF-8, windows-1252, UTF-16"
        )


class CsvSource(Source):
    """A CSV file with a header line, from the web or the project, also compressed with gzip. A file that is
    written in another way than these fields say by default is written anew in that way by the worker, before
    Spark reads it."""

    kind: Literal["csv"] = "csv"
    url: Annotated[str, checked(_check_url)]
    """`https://…` or `http://…`, without a password, signature or token, and not through a proxy; or
    `data/<name>.csv` (or `.csv.gz`) of the project."""
    allowed_hosts: Annotated[Names, checked(_check_hosts)] = ()
    """Hosts that may have a private address, by name, without scheme and port."""

    delimiter: Annotated[str, checked(check_character)] = ","
    """What stands between values."""
    quote: Annotated[str, checked(check_character)] = '"'
    """What stands around a value that has a delimiter."""
    escape: Annotated[str, checked(check_character)] = '"'
    """What stands before a quote within quotes: the quote itself (doubled), or a backslash."""
    encoding: Annotated[str, checked(_check_encoding)] = "UTF-8"
    """How characters are bytes, such as `windows-1252` or `UTF-16`."""
    decimal: Literal[".", ","] = "."
    """What stands before the fraction of a number. There are no separators of thousands."""
    missing: Names = ()
    """Texts that say that there is no value, such as `NA`, beside nothing at all."""
    multiline: bool = False
    """Whether values within quotes may have line breaks, each of which becomes a blank."""

    @property
    def shown(self) -> str:
        """Its address, without what may be secret."""
        return redacted(self.url)

    def fields(self) -> Iterator[Field]:
        """Its fields in the trigger form."""
        schema = {
            "type": "string",
            "minLength": 1,
            "pattern": r"^([Hh][Tt][Tt][Pp][Ss]?://[^\s/?#@]+([/?#].*)?|data/.+)$",
            "allowed": "an http or https address, or data/<name>.csv",
            "title": "Source (URL or file)",
            "section": "Data",
            "description_md": "A CSV file with a header line: an `https://…` or `http://…` address without a "
            "password, signature or token, or a file of the project's data folder, `data/<name>.csv`. It "
            "must have the plan's columns; a private address must be among the plan's `allowed_hosts`.",
        }
        yield Field("source_url", ("url",), self.url, schema, _read_url, shown=self.shown)

    def questions(self) -> Iterator[Question]:
        """What it asks a workspace before anything is created: nothing, as the worker fetches it."""
        return iter(())

    def mistakes_here(self, dag_file: str, wanted: Wanted) -> Iterator[Mistake]:
        """What this machine can tell is wrong with it: a file of the project is read."""
        if self._is_remote:
            return
        try:
            with (
                project_file(self.url, data_folder(dag_file)).open("rb") as content,
                tempfile.TemporaryFile() as plain,
                tempfile.TemporaryFile() as rewritten,
            ):
                is_packed = unpack(content, plain, self.shown, Limits().size)
                usual, _ = self._usual(plain if is_packed else content, rewritten, wanted)
                found = problems(usual, self.shown, wanted, self._writing)
        except DownloadError as error:
            found = [str(error)]
        yield from (Mistake(each, ("url",)) for each in found)

    def land(self, site: Site) -> LandedCsv:
        """Fetch it, read it through, and put it on the data root under its sha256.

        Raises DownloadError for a refused or failing URL, for a limit exceeded, and with every mistake of the
        file.
        """
        with (
            tempfile.TemporaryFile() as content,
            tempfile.TemporaryFile() as plain,
            tempfile.TemporaryFile() as rewritten,
        ):
            fetched = self._fetch(content, site.dag_file, site.limits)
            unpacked = unpack(content, plain, self.shown, site.limits.size)
            usual, anew = self._usual(plain if unpacked else content, rewritten, site.wanted)
            _require_usable(problems(usual, self.shown, site.wanted, self._writing), self.shown)
            landed = anew or unpacked or fetched
            path = site.layout.source(landed.sha256, _file_name(self.url))
            _upload(site, usual, path, landed)
        return LandedCsv(path, landed.sha256, landed.size, self.shown)

    def landed(self, handed_on: Mapping[str, Any]) -> LandedCsv:
        """What `land` has handed on, out of an XCom."""
        return LandedCsv.from_xcom(handed_on)

    def _usual(
        self, content: BinaryIO, rewritten: BinaryIO, wanted: Wanted
    ) -> tuple[BinaryIO, Fetched | None]:
        """The file as Spark is to read it, and what it is if it had to be written anew."""
        if self._writing.is_usual:
            return content, None
        return rewritten, rewrite(content, rewritten, self._writing, wanted.numbers, self.shown)

    @property
    def _writing(self) -> Writing:
        """How it is written."""
        return Writing(**{each.name: getattr(self, each.name) for each in dataclasses.fields(Writing)})

    @property
    def _is_remote(self) -> bool:
        return bool(urlsplit(self.url).scheme)

    def _fetch(self, content: BinaryIO, dag_file: str, limits: Limits) -> Fetched:
        if self._is_remote:
            return download(self.url, content, allowed_hosts=self.allowed_hosts, limits=limits)
        return copy_file(project_file(self.url, data_folder(dag_file)), content, limits=limits)


def _read_url(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{shown(value)} is no text; it must be a URL or data/<name>.csv")
    if problem := url_problem(value):
        raise ValueError(problem)
    return value


def _require_usable(found: Sequence[str], name: str) -> None:
    if len(found) == 1:
        raise DownloadError(found[0])
    if found:
        raise DownloadError(listed(name, map(Mistake, found)))


def _upload(site: Site, content: BinaryIO, path: str, fetched: Fetched) -> None:
    if storage.put(site.workspace, path, content):
        log.info("%d bytes with sha256 %s are at %s", fetched.size, fetched.sha256, path)
    else:
        log.info("%s is already there", path)


def _file_name(url: str) -> str:
    stem = PurePosixPath(urlsplit(url).path).name.removesuffix(".gz").removesuffix(".csv")
    return f"{slug(stem or 'source')}.csv"
