"""How CSV files are written that Spark reads as they are. All are UTF-8, with a row on each line."""

from dataclasses import dataclass

from rookery_jobs.contract.documents import Document
from rookery_jobs.errors import ContractError


@dataclass(frozen=True)
class CsvFormat(Document):
    """What stands between values, around one with a delimiter, before a quote within quotes (the quote
    itself, or a backslash), and before the fraction of a number."""

    delimiter: str = ","
    quote: str = '"'
    escape: str = '"'
    decimal: str = "."

    def __post_init__(self) -> None:
        for name in ("delimiter", "quote", "escape", "decimal"):
            if len(getattr(self, name)) != 1:
                raise ContractError(f"{name} must be one character, not {getattr(self, name)!r}")

    def identity(self) -> dict[str, object]:
        """What of it is not as usual; nothing of what is."""
        said = {name: value for name, value in vars(self).items() if value != getattr(USUAL_CSV, name)}
        return {"csv": said} if said else {}


USUAL_CSV = CsvFormat()
