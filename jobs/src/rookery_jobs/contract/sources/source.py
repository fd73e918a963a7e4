"""What all kinds of source have in common."""

from rookery_jobs.contract.documents import Document


class SourceSpec(Document):
    """Where `prepare` reads the rows. Each kind of source is a subclass in a module of its own."""

    def identity(self) -> dict[str, object]:
        """What tells this source's content from any other's: it enters the snapshot's digest."""
        raise NotImplementedError

    def location(self) -> dict[str, str]:
        """Where Spark reads it, as MLflow's datasets say it: a `path`, or a `table_name`."""
        raise NotImplementedError
