"""Files in another encoding than UTF-8, read as text.

Spark's readers know ISO-8859-1, in which each byte is a character; windows-1252 has others for 27 of them.
"""

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812  (Spark's own convention)

from rookery_jobs.contract.sources.files import LATIN_1, UTF_8, WINDOWS_1252

LINE = "value"
"""The column of `lines`."""

_BYTES = bytes(range(0x80, 0xA0))
_CONTROLS = _BYTES.decode(LATIN_1)
# Five bytes are no characters: what has them is told as any text that is not in its encoding.
_CHARACTERS = _BYTES.decode(WINDOWS_1252, errors="replace")


def lines(spark: SparkSession, paths: Sequence[str], encoding: str) -> DataFrame:
    """The lines of files, in the column LINE. A byte that is no character there becomes U+FFFD."""
    read = spark.read.text(list(paths))
    if encoding == UTF_8:
        return read
    # The reader keeps a line's bytes, whatever they mean.
    text = F.decode(F.col(LINE).cast("binary"), LATIN_1)
    return read.withColumn(LINE, characters(text, encoding))


def spark_encoding(encoding: str) -> str:
    """What Spark's CSV reader is told."""
    return UTF_8 if encoding == UTF_8 else LATIN_1


def characters(text: Column, encoding: str) -> Column:
    """The characters of text that was read as `spark_encoding`."""
    return F.translate(text, _CONTROLS, _CHARACTERS) if encoding == WINDOWS_1252 else text
