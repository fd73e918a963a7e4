"""The files to score, as one DataFrame with every row of them; what the model needs is text."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from functools import reduce

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812  (Spark's own convention)

from rookery_jobs.contract import NOT_UTF8, CsvFormat, ScoringSpec, first_ten
from rookery_jobs.contract.scoring_specs import InputFile
from rookery_jobs.contract.sources.files import CSV
from rookery_jobs.errors import ScoringError
from rookery_jobs.spark.files import ClusterFiles
from rookery_jobs.spark.reading.texts import present_text, texts
from rookery_jobs.spark.reading.unreadable import readable
from rookery_jobs.spark.text.csv_lines import first_line, header_of, read_rows, unclosed_quote, with_points
from rookery_jobs.spark.text.values import column, present

ADDED = ("prediction", "rejected", "registered_model_name", "model_version", "source_file")
"""The columns that scoring adds to those of the files."""

SOURCE_FILE = "source_file"
BROKEN = "__broken_record"

Header = tuple[str, ...]


def read_files(
    spark: SparkSession,
    spec: ScoringSpec,
    needed: Sequence[str],
    answered: Sequence[str] = (),
    numbers: Collection[str] = (),
) -> DataFrame:
    """All columns of the files, those that the model needs as text, blank values as null; SOURCE_FILE, the
    file's name; and BROKEN, the line of a row of CSV that has more or fewer fields than its header. Of the
    `numbers` among them, the fraction has a point.

    Files may have different columns, in any order. Raises ScoringError for a file that is not as it was
    listed or has a line break within quotes, and for columns that are not UTF-8, lack a needed one, are there
    twice or are those that scoring adds, those that are `answered` among them.
    """
    for file in spec.files:
        _check_listed(spark, file)
    if spec.format != CSV:
        return _parquet(spark, spec, needed, answered)
    by_header: dict[Header, list[str]] = defaultdict(list)
    for file in spec.files:
        by_header[_header(spark, file, needed, answered, spec.csv)].append(file.path)
    frames = [_frame(spark, spec, header, paths, numbers) for header, paths in by_header.items()]
    return reduce(lambda one, other: one.unionByName(other, allowMissingColumns=True), frames)


def _check_listed(spark: SparkSession, file: InputFile) -> None:
    if ClusterFiles(spark).size(file.path) != file.size:
        raise ScoringError(
            f"{file.path} is not the file of {file.size} bytes that was listed: it was changed or removed "
            "since; run again, to score the folder as it is now"
        )


def _parquet(
    spark: SparkSession, spec: ScoringSpec, needed: Sequence[str], answered: Sequence[str]
) -> DataFrame:
    paths = [file.path for file in spec.files]
    folder = paths[0].rpartition("/")[0]
    with readable(folder):
        rows = spark.read.option("mergeSchema", True).parquet(*paths)
    problem = _problem(tuple(rows.columns), needed, answered)
    if problem:
        raise ScoringError(f"{folder} {problem}; its columns are {first_ten(rows.columns)}")
    typed = dict(zip(needed, texts(rows, needed, folder, spec.missing), strict=True))
    columns = [typed.get(name, column(name)) for name in rows.columns]
    return rows.select(*columns, F.lit(None).cast("string").alias(BROKEN), _file_name().alias(SOURCE_FILE))


def _header(
    spark: SparkSession,
    file: InputFile,
    needed: Sequence[str],
    answered: Sequence[str],
    written: CsvFormat,
) -> Header:
    header = header_of(first_line(spark, file.path, written), written)
    problem = _problem(header, needed, answered)
    if problem:
        raise ScoringError(f"{file.path} {problem}; its header has {first_ten(header) or 'nothing'}")
    place = unclosed_quote(spark, file.path, written)
    if place:
        raise ScoringError(f"{file.path} has {place}")
    return header


def _problem(header: Header, needed: Sequence[str], answered: Sequence[str]) -> str | None:
    if any(NOT_UTF8 in name for name in header):
        return "is not UTF-8: save it as UTF-8"
    missing = [name for name in needed if name not in header]
    if missing:
        return f"has no column {first_ten(missing)}, which the model needs"
    lower = [name.lower() for name in header]
    twice = [name for name in header if lower.count(name.lower()) > 1]
    if twice:
        return f"names column {first_ten(twice)} twice (Spark ignores case)"
    added = {name.lower() for name in (*ADDED, BROKEN, *answered)}
    taken = [name for name in header if name.lower() in added]
    if taken:
        return f"has a column {first_ten(taken)}, which scoring adds: rename it in the file"
    return None


def _frame(
    spark: SparkSession, spec: ScoringSpec, header: Header, paths: Iterable[str], numbers: Collection[str]
) -> DataFrame:
    # Other columns than the model's keep their text: they may be keys.
    texts = {name: present_text(present(name, rule=0), spec.missing) for name in header}
    for name in numbers:
        texts[name] = with_points(texts[name], spec.csv)
    return read_rows(spark, list(paths), header, BROKEN, spec.csv).select(
        *[text.alias(name) for name, text in texts.items()], column(BROKEN), _file_name().alias(SOURCE_FILE)
    )


def _file_name() -> Column:
    # It is the last part of a URI, in which a plus is a plus.
    return F.expr("url_decode(replace(_metadata.file_name, '+', '%2B'))")
