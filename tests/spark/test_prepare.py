import dataclasses
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from rookery_jobs.contract import Manifest, SnapshotSpec, manifest_path, side_path
from rookery_jobs.errors import DataError
from tests.spark.study import NUMERIC, PENGUINS, Study
from tests.telling import telling

HEADER = "Island,CulmenLength,CulmenDepth,FlipperLength,BodyMass,Species"
ROWS = PENGUINS.read_text().splitlines()[1:]


def csv(rows: list[str], header: str = HEADER) -> str:
    return "\n".join([header, *rows]) + "\n"


def spoiled(position: int, row: str) -> str:
    """The penguins with one row replaced; positions count from 1 below the header."""
    return csv([*ROWS[: position - 1], row, *ROWS[position:]])


def sides_of(study: Study, spec: SnapshotSpec) -> dict[str, list[tuple[object, ...]]]:
    frames = {side: study.spark.read.parquet(side_path(spec.snapshot_path, side)) for side in spec.sides}
    return {side: [tuple(row) for row in frame.collect()] for side, frame in frames.items()}


def test_the_penguins_become_a_snapshot_whose_manifest_counts_them(fresh_study: Study) -> None:
    spec = fresh_study.snapshot_spec()
    manifest = fresh_study.prepare(spec)
    assert (manifest.rows_read, manifest.rows_dropped, manifest.rows_kept) == (344, 2, 342)
    assert manifest.snapshot == spec
    assert list(manifest.columns.items()) == [
        ("Island", "string"),
        *((name, "double") for name in NUMERIC),
        ("Species", "int"),
    ]
    rows = sides_of(fresh_study, spec)
    assert {side: len(content) for side, content in rows.items()} == manifest.rows
    for side, content in rows.items():
        classes = Counter(str(row[-1]) for row in content)
        assert manifest.class_counts[side] == dict(sorted(classes.items()))
    species = Counter(row[-1] for content in rows.values() for row in content)
    assert species == {0: 151, 1: 123, 2: 68}
    assert tuple(manifest.example.values()) in {row[:-1] for row in rows["train"]}


def test_the_sizes_are_about_those_asked_for(fresh_study: Study) -> None:
    rows = fresh_study.prepare(fresh_study.snapshot_spec()).rows
    assert rows["validation"] == pytest.approx(0.15 * 342, abs=20)
    assert rows["test"] == pytest.approx(0.15 * 342, abs=20)


def test_the_same_row_is_on_the_same_side_whatever_stands_around_it(fresh_study: Study) -> None:
    rows = [row.replace("Torgersen", '"Tor ""5"", N"') for row in ROWS]
    plain = fresh_study.snapshot_spec(csv(rows))
    header = "Species,Note,Note,BodyMass,FlipperLength,CulmenDepth,CulmenLength,island,Island"
    note = r'"5"" pipe, short","C:\"'
    reverse = [(*row.rsplit(",", 5)[::-1][:5], row.rsplit(",", 5)[0]) for row in rows]
    mixed = [",".join([f[0], note, *f[1:5], "x", f[5]]) for f in reverse]
    shuffled = fresh_study.snapshot_spec(csv(mixed[::-1] + mixed[:100], header))
    fresh_study.prepare(plain)
    fresh_study.prepare(shuffled)
    first, second = sides_of(fresh_study, plain), sides_of(fresh_study, shuffled)
    assert {side: set(rows) for side, rows in first.items()} == {s: set(rows) for s, rows in second.items()}
    assert {row[0] for row in first["train"]} == {"Biscoe", "Dream", 'Tor "5", N'}


def test_a_column_that_differs_in_case_alone_is_another_one(fresh_study: Study) -> None:
    spec = fresh_study.snapshot_spec(csv([f"{row},no number" for row in ROWS], f"{HEADER},bodymass"))
    fresh_study.prepare(spec)
    plain = fresh_study.snapshot_spec()
    fresh_study.prepare(plain)
    assert sides_of(fresh_study, spec) == sides_of(fresh_study, plain)


def test_another_seed_gives_another_split(fresh_study: Study) -> None:
    first, second = fresh_study.snapshot_spec(seed=42), fresh_study.snapshot_spec(seed=43)
    fresh_study.prepare(first)
    fresh_study.prepare(second)
    assert set(sides_of(fresh_study, first)["test"]) != set(sides_of(fresh_study, second)["test"])


def test_rows_of_one_split_key_stay_together(fresh_study: Study) -> None:
    keyed = csv([f"{row},bird-{n % 60}" for n, row in enumerate(ROWS)], f"{HEADER},Bird")
    spec = fresh_study.snapshot_spec(keyed, split_key="Bird")
    fresh_study.prepare(spec)
    bird_of = {tuple(row.split(",")[1:5]): f"bird-{n % 60}" for n, row in enumerate(ROWS)}
    sides: dict[str, set[str]] = {}
    for side, rows in sides_of(fresh_study, spec).items():
        assert len(rows[0]) == 6, "the key is not a feature"
        for row in rows:
            key = tuple(f"{value:g}" if isinstance(value, float) else "" for value in row[1:5])
            sides.setdefault(bird_of[key], set()).add(side)
    assert set(map(len, sides.values())) == {1}


def test_without_a_validation_size_there_are_two_sides(fresh_study: Study) -> None:
    spec = fresh_study.snapshot_spec(validation_size=0.0, test_size=0.3)
    manifest = fresh_study.prepare(spec)
    assert set(manifest.rows) == {"train", "test"}
    assert not Path(side_path(spec.snapshot_path, "validation")).exists()


def test_a_complete_snapshot_is_left_as_it_is(fresh_study: Study) -> None:
    spec = fresh_study.snapshot_spec()
    fresh_study.prepare(spec)
    written = Path(manifest_path(spec.snapshot_path)).stat().st_mtime_ns
    fresh_study.source_file(spec).unlink()
    fresh_study.prepare(spec)
    assert Path(manifest_path(spec.snapshot_path)).stat().st_mtime_ns == written


def test_a_snapshot_without_a_manifest_is_made_again(fresh_study: Study) -> None:
    spec = fresh_study.snapshot_spec()
    first = fresh_study.prepare(spec)
    Path(manifest_path(spec.snapshot_path)).unlink()
    assert fresh_study.prepare(spec) == first


@pytest.mark.parametrize(
    ("row", "fault"),
    telling(
        4,
        [
            ("Dream,39.1,18.7,181", "has 4 fields, more or fewer than the header"),
            ("Dream,39.1,18.7,181,3750,0,extra", "has 7 fields, more or fewer than the header"),
            ("Tor\udce5y,39.1,18.7,181,3750,0", "column 'Island' has 'Tor\ufffdy', which is not UTF-8"),
            ("Dream,abc,18.7,181,3750,0", "column 'CulmenLength' has 'abc'"),
            ("Dream,39.1,18.7,NA,3750,0", "column 'FlipperLength' has 'NA'"),
            ("Dream,39.1,NaN,181,3750,0", "column 'CulmenDepth' has 'NaN'"),
            ("Dream,39.1,18.7,181,1e999,0", "column 'BodyMass' has '1e999'"),
            ("Dream,39.1,18.7,181,3750f,0", "column 'BodyMass' has '3750f'"),
            ("Dream,39.1,18.7,181,3750,Adelie", "column 'Species' has 'Adelie'"),
            ("Dream,39.1,18.7,181,3750,-1", "column 'Species' has '-1'"),
            ("Dream,39.1,18.7,181,3750,1.5", "column 'Species' has '1.5'"),
            ("Dream,39.1,18.7,181,3750,99999999999", "column 'Species' has '99999999999'"),
        ],
    ),
)
def test_a_row_that_cannot_be_read_is_refused_with_its_place_and_nothing_of_its_other_columns(
    fresh_study: Study, row: str, fault: str
) -> None:
    spec = fresh_study.snapshot_spec(spoiled(17, row))
    with pytest.raises(DataError) as refusal:
        fresh_study.prepare(spec)
    message = str(refusal.value)
    assert f"row 17: {fault}" in message
    assert "Dream" not in message
    assert "39.1" not in message
    assert not Path(manifest_path(spec.snapshot_path)).exists()


def test_the_first_bad_rows_of_many_are_named(fresh_study: Study) -> None:
    rows = [row.replace("Torgersen", "Torgersen,", 1) for row in ROWS]
    with pytest.raises(DataError, match=r"row 1: .*row 2: .*row 3: .*and more$"):
        fresh_study.prepare(fresh_study.snapshot_spec(csv(rows)))


@pytest.mark.parametrize("empty", telling(1, ["", '""', "  "]))
def test_a_row_with_an_empty_value_is_dropped_and_counted(fresh_study: Study, empty: str) -> None:
    manifest = fresh_study.prepare(fresh_study.snapshot_spec(spoiled(17, f"Dream,39.1,{empty},181,3750,0")))
    assert (manifest.rows_read, manifest.rows_dropped) == (344, 3)


@pytest.mark.parametrize(
    ("header", "message"),
    telling(
        1,
        [
            (
                HEADER.replace("BodyMass", "Weight"),
                r"has no column BodyMass; its header has .*, Weight, Species",
            ),
            (f"{HEADER}, Island", "names column Island twice"),
            (f"{HEADER},L\udce4nge", "is not UTF-8"),
            ("", "has no column .* its header has nothing"),
        ],
    ),
)
def test_a_header_without_each_column_once_is_refused(fresh_study: Study, header: str, message: str) -> None:
    spec = fresh_study.snapshot_spec(csv([], header))
    with pytest.raises(DataError, match=message):
        fresh_study.prepare(spec)


def test_a_byte_order_mark_is_no_part_of_a_column(fresh_study: Study) -> None:
    assert fresh_study.prepare(fresh_study.snapshot_spec("\ufeff\n" + csv(ROWS))).rows_read == 344


def test_a_source_that_changed_after_its_download_is_refused(fresh_study: Study) -> None:
    spec = fresh_study.snapshot_spec()
    fresh_study.source_file(spec).write_text(csv(ROWS[:300]))
    with pytest.raises(DataError, match="it changed after its download"):
        fresh_study.prepare(spec)


def test_a_source_that_is_not_there_is_refused(fresh_study: Study) -> None:
    spec = fresh_study.snapshot_spec()
    fresh_study.source_file(spec).unlink()
    with pytest.raises(DataError, match="does not exist"):
        fresh_study.prepare(spec)


@pytest.mark.parametrize(
    ("rows", "message"),
    telling(
        2,
        [
            ([], "the source has no row"),
            ([row for row in ROWS if row.endswith(",1")], "two are needed"),
            (
                [*(row for row in ROWS if not row.endswith(",2")), "Dream,49,19,196,3700,2"],
                "no row of class 2 on",
            ),
            ([*ROWS, "Dream,49,19,196,3700,100"], "has the class 100"),
        ],
    ),
)
def test_classes_that_no_model_could_learn_are_refused(
    fresh_study: Study, rows: list[str], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        fresh_study.prepare(fresh_study.snapshot_spec(csv(rows)))


def test_a_category_that_train_does_not_have_is_refused(fresh_study: Study) -> None:
    # With half of the rows in test, ten islands with one bird each do not all fall into train.
    rare = [f"Isle {n},{','.join(row.split(',')[1:])}" for n, row in enumerate(ROWS[10:20])]
    spec = fresh_study.snapshot_spec(csv([*ROWS[:10], *rare, *ROWS[20:]]), test_size=0.5)
    with pytest.raises(DataError, match=r"column 'Island' has categories .* not in train: 'Isle \d'"):
        fresh_study.prepare(spec)


def test_nothing_stays_cached_in_the_clusters_jvm(fresh_study: Study) -> None:
    fresh_study.prepare(fresh_study.snapshot_spec())
    with pytest.raises(DataError):
        fresh_study.prepare(fresh_study.snapshot_spec(spoiled(17, "broken")))
    assert fresh_study.cached_frames() == 0


def test_a_spec_of_another_source_is_another_snapshot(fresh_study: Study) -> None:
    first, second = fresh_study.snapshot_spec(), fresh_study.snapshot_spec(csv(ROWS[:340]))
    assert first.snapshot_path != second.snapshot_path
    assert fresh_study.prepare(first).snapshot.digest != fresh_study.prepare(second).snapshot.digest


def test_a_manifest_is_strict_json(fresh_study: Study) -> None:
    manifest = fresh_study.prepare(fresh_study.snapshot_spec())
    assert Manifest.from_json(manifest.to_json()) == manifest
    assert dataclasses.replace(manifest, rows_read=1) != manifest


def dated(times: list[str]) -> str:
    """The penguins with a column of the times, which are taken in turn."""
    return csv([f"{row},{times[n % len(times)]}" for n, row in enumerate(ROWS)], f"{HEADER},SeenOn")


NEW_YEAR = "2026-01-05T00:00:00+00:00"


@pytest.fixture
def kamchatka(study: Study) -> Iterator[None]:
    """Another session time zone, and another meaning of `timestamp`, as a cluster may have."""
    settings = {"spark.sql.session.timeZone": "Asia/Kamchatka", "spark.sql.timestampType": "TIMESTAMP_NTZ"}
    for name, value in settings.items():
        study.spark.conf.set(name, value)
    yield
    for name in settings:
        study.spark.conf.unset(name)


@pytest.mark.usefixtures("kamchatka")
def test_only_rows_before_as_of_are_seen_whatever_the_sessions_time_zone(fresh_study: Study) -> None:
    before = ["2026-01-04", "2026-01-04T23:59:59.999999", "2026-01-05T02:59+03:00", " 2026-01-04 23:59:59Z "]
    later = [
        "2026-01-05",
        "2026-01-05T00:00",
        "2026-01-04T21:00:00.000-0300",
        "2027-12-31T23:59:59.123456789Z",
    ]
    spec = fresh_study.snapshot_spec(dated([*before, *later]), as_of_column="SeenOn", as_of=NEW_YEAR)
    manifest = fresh_study.prepare(spec)
    assert (manifest.rows_read, manifest.rows_later) == (344, 172)
    assert manifest.rows_kept + manifest.rows_dropped == 172
    assert (manifest.snapshot.as_of_column, manifest.snapshot.as_of) == ("SeenOn", NEW_YEAR)
    expected = {tuple(row.split(",")[1:5]) for n, row in enumerate(ROWS) if n % 8 < 4}
    rows = sides_of(fresh_study, spec)
    assert all(len(row) == 6 for content in rows.values() for row in content), "the time is not a feature"
    seen = {tuple(f"{v:g}" for v in row[1:5]) for content in rows.values() for row in content}
    assert seen <= expected


def test_a_row_is_on_the_same_side_for_every_as_of(fresh_study: Study) -> None:
    text = dated(["2025-12-01", "2026-01-04", "2026-02-01"])
    specs = [
        fresh_study.snapshot_spec(),
        *(fresh_study.snapshot_spec(text, as_of_column="SeenOn", as_of=as_of) for as_of in (NEW_YEAR, None)),
    ]
    for spec in specs:
        fresh_study.prepare(spec)
    everything, past, undated = (sides_of(fresh_study, spec) for spec in specs)
    assert {side: set(rows) for side, rows in everything.items()} == {s: set(r) for s, r in undated.items()}
    assert all(set(rows) < set(everything[side]) for side, rows in past.items())


@pytest.mark.parametrize(
    "time", ["2026", "yesterday", "2026-02-30", "10:00", "2026-1-5", "05.01.2026", "1767571200"]
)
def test_a_time_that_is_none_is_refused_with_column_value_and_row(fresh_study: Study, time: str) -> None:
    text = csv(
        [f"{row},{'2026-01-01' if n != 6 else time}" for n, row in enumerate(ROWS)], f"{HEADER},SeenOn"
    )
    spec = fresh_study.snapshot_spec(text, as_of_column="SeenOn", as_of=NEW_YEAR)
    with pytest.raises(DataError, match=f"row 7: column 'SeenOn' has '{time}', which is neither a date"):
        fresh_study.prepare(spec)


def test_a_row_without_a_time_is_incomplete(fresh_study: Study) -> None:
    spec = fresh_study.snapshot_spec(
        dated(["2026-01-01", ""]), as_of_column="SeenOn", as_of=NEW_YEAR, max_dropped_share=0.6
    )
    manifest = fresh_study.prepare(spec)
    assert (manifest.rows_later, manifest.rows_kept) == (0, 172)


def test_what_is_wrong_in_later_rows_does_not_disturb_the_past(fresh_study: Study) -> None:
    text = csv([*(f"{row},2026-01-01" for row in ROWS), "Atlantis,x,x,x,x,x,2026-01-05"], f"{HEADER},SeenOn")
    manifest = fresh_study.prepare(fresh_study.snapshot_spec(text, as_of_column="SeenOn", as_of=NEW_YEAR))
    assert (manifest.rows_read, manifest.rows_later, manifest.rows_kept) == (345, 1, 342)
    with pytest.raises(DataError, match="row 345: column 'CulmenLength' has 'x'"):
        fresh_study.prepare(fresh_study.snapshot_spec(text, as_of_column="SeenOn"))


@pytest.mark.parametrize(
    ("times", "message"),
    [
        (["2026-01-05"], "no row before as_of 2026-01-05.* take a later as_of"),
        (["2026-01-04", *["2026-01-05"] * 342], "two are needed|side before as_of .* or a later as_of"),
    ],
)
def test_a_run_that_sees_too_little_is_told_its_as_of(
    fresh_study: Study, times: list[str], message: str
) -> None:
    spec = fresh_study.snapshot_spec(dated(times), as_of_column="SeenOn", as_of=NEW_YEAR)
    with pytest.raises(DataError, match=message) as refused:
        fresh_study.prepare(spec)
    assert "as_of 2026-01-05T00:00:00+00:00 (by column 'SeenOn')" in str(refused.value)


def test_text_means_the_same_however_it_is_padded_or_composed(fresh_study: Study) -> None:
    """Blanks of every kind, Unicode's two forms, and a whole number as a spreadsheet writes it."""
    names = {"Torgersen": "\u00cele", "Biscoe": "101", "Dream": "Dream"}
    ways = {"\u00cele": ["\u00cele", " I\u0302le", "I\u0302le\u00a0"], "101": ["101", "101.0 "]}
    rows = [row.split(",") for row in ROWS]
    keyed = [
        [
            ways.get(names[row[0]], ["Dream"])[n % len(ways.get(names[row[0]], [1]))],
            *row[1:],
            f"bird-{n % 60}",
        ]
        for n, row in enumerate(rows)
    ]
    padded = [[*row[:-1], f"{row[-1]}  " if n >= 170 else row[-1]] for n, row in enumerate(keyed)]
    plain = [[names[row[0]], *row[1:], f"bird-{n % 60}"] for n, row in enumerate(rows)]
    found = []
    for content in (padded, plain):
        spec = fresh_study.snapshot_spec(
            csv([",".join(row) for row in content], f"{HEADER},Bird"), split_key="Bird"
        )
        fresh_study.prepare(spec)
        found.append({side: sorted(rows) for side, rows in sides_of(fresh_study, spec).items()})
    assert found[0] == found[1]
    assert {row[0] for rows in found[0].values() for row in rows} == {"\u00cele", "101", "Dream"}


def test_a_snapshot_of_the_old_rule_is_what_it_was(fresh_study: Study) -> None:
    text = csv([row.replace("Torgersen", " Torgersen") for row in ROWS])
    old, new = fresh_study.snapshot_spec(text, text_rule=0), fresh_study.snapshot_spec(text)
    assert old.digest != new.digest
    fresh_study.prepare(old)
    fresh_study.prepare(new)
    islands = [{row[0] for row in sides_of(fresh_study, spec)["train"]} for spec in (old, new)]
    assert islands == [{"Biscoe", "Dream", " Torgersen"}, {"Biscoe", "Dream", "Torgersen"}]
