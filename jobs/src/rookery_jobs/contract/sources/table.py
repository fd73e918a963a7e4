"""A table of a catalog."""

from dataclasses import dataclass

from rookery_jobs.contract.sources.source import SourceSpec


@dataclass(frozen=True)
class TableSourceSpec(SourceSpec):
    """A table by its name of two or three parts; `version`: the one that is asked for. `missing` are texts
    that mean no value.

    Once pinned, either `table_id` and `version` tell the content (a table that has versions), or `sha256`,
    that of the listing of its `files`, as FilesSourceSpec has it; `size` are the bytes of all.
    """

    name: str
    version: int | None = None
    missing: tuple[str, ...] = ()
    table_id: str | None = None
    files: int = 0
    size: int = 0
    sha256: str | None = None

    @property
    def is_pinned(self) -> bool:
        return self.table_id is not None or self.sha256 is not None

    @property
    def location(self) -> str:
        """The table's name."""
        return self.name

    def identity(self) -> dict[str, object]:
        """The table's own id and the version, or the listing of its files, without where they are."""
        content: object = {"name": self.name, "version": self.version}
        if self.is_pinned:
            content = self.sha256 or [self.table_id, self.version]
        missing = {"source_missing": sorted(set(self.missing))} if self.missing else {}
        return {"source_table": content, **missing}
