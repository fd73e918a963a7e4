"""What all kinds of source have in common."""

from rookery_jobs.contract.documents import Document


class SourceSpec(Document):
    """Where `prepare` reads the rows. Each kind of source is a subclass in a module of its own."""

    @property
    def is_pinned(self) -> bool:
        """Whether it says what the content is. If not, `prepare` finds that out and reads just that."""
        return True

    @property
    def location(self) -> str:
        """Where it is, as Spark names it."""
        raise NotImplementedError

    def identity(self) -> dict[str, object]:
        """What tells this source's content from any other's: it enters the snapshot's digest.

        Of a source that is not pinned, it tells the question apart, not its answer.
        """
        raise NotImplementedError
