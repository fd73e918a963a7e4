"""What is not as it was expected."""

from dataclasses import dataclass

from rookery_jobs.contract.documents import Document


@dataclass(frozen=True)
class Finding(Document):
    """In words, about a column or the label; whether it keeps the data from being used."""

    column: str
    text: str
    is_refused: bool

    def __str__(self) -> str:
        return f"column {self.column!r} {self.text}"
