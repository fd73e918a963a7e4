"""What a column of text means: `contract.text` in Spark's terms."""

import unicodedata
from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812  (Spark's own convention)

from rookery_jobs.contract.text import BLANKS

_NUMBER = r"^[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]+)?$"
_WHOLE = r"^(-?[0-9]+)\.0+$"
# Below U+0300 every character is in the composed form, and none changes what stands before it.
_COMPOSED = r"^[\x{0}-\x{2ff}]*$"


def column(name: str) -> Column:
    """The column of this very name, whatever characters it has."""
    return F.col(quoted(name))


def quoted(name: str) -> str:
    """The name as an expression of Spark has it."""
    return f"`{name.replace('`', '``')}`"


def present(name: str, rule: int) -> Column:
    """The column's text, without the blanks around it from rule 1 on; null where it is blank."""
    if rule == 0:
        return F.when(F.trim(column(name)) != "", column(name))
    text = F.btrim(column(name), F.lit(BLANKS))
    return F.when(text != "", text)


def category(text: Column, rule: int, *, composed: bool) -> Column:
    """The category, or the split key, that a present text is. `composed` says that the text is in Unicode's
    composed form already (see `all_composed`)."""
    if rule == 0:
        return text
    normal = text if composed else _composed_form(text)
    return F.regexp_replace(normal, _WHOLE, "$1")


def all_composed(rows: DataFrame, names: Sequence[str]) -> bool:
    """Whether the columns' texts have only characters that have no other form; one Spark job. Spark itself
    cannot compose others, and Python is started for them only."""
    if not names:
        return True
    others = F.coalesce(*[F.when(~column(name).rlike(_COMPOSED), True) for name in names])
    return not rows.filter(others).limit(1).count()


def double(name: str) -> Column:
    """The text as a finite number; null where it is none."""
    text = f"trim({quoted(name)})"
    # The pattern keeps Java's own spellings out ("1d", "0x1p3", "NaN"); 1e999 would be an infinity.
    value = F.expr(f"CASE WHEN {text} RLIKE '{_NUMBER}' THEN try_cast({text} AS double) END")
    return F.when(F.abs(value) < float("inf"), value)


def boolean(name: str) -> Column:
    """The text as true or false, however its letters are; null where it is neither."""
    text = f"lower(trim({quoted(name)}))"
    return F.expr(f"CASE WHEN {text} = 'true' THEN true WHEN {text} = 'false' THEN false END")


def _composed_form(text: Column) -> Column:
    return F.udf(_compose, "string")(text)


def _compose(text: str | None) -> str | None:
    return None if text is None else unicodedata.normalize("NFC", text)
