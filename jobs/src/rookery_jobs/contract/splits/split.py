"""What all kinds of split have in common."""

from rookery_jobs.contract.documents import Document


class SplitSpec(Document):
    """Which rows train, choose and judge. Each kind of split is a subclass in a module of its own.

    `seed` is a 64-bit integer; algorithms that need chance take it too.
    """

    seed: int

    @property
    def sides(self) -> tuple[str, ...]:
        """The sides it makes, `train` first and `test` last."""
        raise NotImplementedError

    @property
    def selection_side(self) -> str:
        """The side whose metrics choose the best point."""
        raise NotImplementedError

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it reads beside the features and the label."""
        raise NotImplementedError

    @property
    def times(self) -> tuple[str, ...]:
        """Those of its columns whose values must be times."""
        return ()

    def identity(self) -> dict[str, object]:
        """What determines the side of a row: it enters the snapshot's digest."""
        raise NotImplementedError
