"""What a version must answer when it is served: some test rows, with the answers of its training's end."""

from dataclasses import dataclass

from rookery_jobs.contract.documents import Document

Value = bool | int | float | str | None


@dataclass(frozen=True)
class Examples(Document):
    """`answers` has one for each of the records: a double, or the label's own value; `probabilities` those of
    each, by the columns of the answer, if the model answers with them."""

    dataframe_records: tuple[dict[str, bool | int | float | str | None], ...]
    answers: tuple[Value, ...]
    probabilities: tuple[dict[str, float], ...] = ()


def examples_path(registration_path: str) -> str:
    """The file of the Examples of a version, beside that of its RegistrationSpec."""
    return f"{registration_path.removesuffix('.json')}-examples.json"
