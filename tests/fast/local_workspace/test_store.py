"""What was told to a client is on disk."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from local_workspace.store import (
    Collection,
    Condition,
    Store,
    is_among,
    is_between,
    is_set,
    is_unset,
)


def test_a_document_is_there_after_a_restart(tmp_path: Path) -> None:
    store = Store(tmp_path / "store.db")
    store.collection("things").put("a", {"number": 1})
    store.close()
    assert Store(tmp_path / "store.db").collection("things").get("a") == {"number": 1}


def test_a_document_is_there_for_another_connection_before_the_store_is_closed(tmp_path: Path) -> None:
    Store(tmp_path / "store.db").collection("things").put("a", {"number": 1})
    assert Store(tmp_path / "store.db").collection("things").get("a") == {"number": 1}


def test_collections_do_not_share_keys(tmp_path: Path) -> None:
    store = Store(tmp_path / "store.db")
    store.collection("one").put("key", {"from": "one"})
    assert store.collection("two").get("key") is None


def test_values_come_in_the_order_of_their_first_put(tmp_path: Path) -> None:
    things = Store(tmp_path / "store.db").collection("things")
    for key in ("c", "a", "b", "c"):
        things.put(key, {"key": key})
    assert [thing["key"] for thing in things.values()] == ["c", "a", "b"]


def test_an_update_keeps_the_other_fields(tmp_path: Path) -> None:
    things = Store(tmp_path / "store.db").collection("things")
    things.put("a", {"kept": 1, "changed": 1})
    assert things.update("a", changed=2) == {"kept": 1, "changed": 2}


def test_an_update_of_a_missing_document_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        Store(tmp_path / "store.db").collection("things").update("a", changed=2)


def test_a_failed_transaction_leaves_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path / "store.db")
    things = store.collection("things")

    def put_and_fail() -> None:
        with store.transaction():
            things.put("a", {})
            raise InterruptedError

    with pytest.raises(InterruptedError):
        put_and_fail()
    assert things.get("a") is None


def test_no_number_is_given_twice_to_concurrent_threads(tmp_path: Path) -> None:
    store = Store(tmp_path / "store.db")
    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(lambda _: store.next_number("run"), range(200)))
    assert sorted(numbers) == list(range(1, 201))


def test_concurrent_updates_of_one_document_are_all_kept(tmp_path: Path) -> None:
    store = Store(tmp_path / "store.db")
    things = store.collection("things")
    things.put("a", {})

    def change(number: int) -> None:
        things.update("a", **{f"field_{number}": number})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(change, range(50)))
    assert len(things.get("a") or {}) == 50


@pytest.fixture
def five(tmp_path: Path) -> Collection:
    """Documents 1 to 5, in this order."""
    things = Store(tmp_path / "store.db").collection("things")
    for number in range(1, 6):
        even = {"end": {"code": "X"}} if number % 2 == 0 else {"end": None}
        things.put(str(number), {"number": number, "where": {"id": f"c{number}"}} | even)
    Store(tmp_path / "store.db").collection("others").put("9", {"number": 9})
    return things


def numbers(things: Collection, *conditions: Condition, first: int = 0, count: int = 9) -> list[int]:
    page = things.newest(conditions, first=first, count=count)
    return [thing["number"] for thing in page.documents]


def test_a_list_comes_in_pages_newest_first(five: Collection) -> None:
    pages = [five.newest(first=first, count=2) for first in (0, 2, 4, 6)]
    assert [[thing["number"] for thing in page.documents] for page in pages] == [[5, 4], [3, 2], [1], []]
    assert [page.has_more for page in pages] == [True, True, False, False]


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (is_set("end"), [4, 2]),
        (is_unset("end"), [5, 3, 1]),
        (is_unset("nothing"), [5, 4, 3, 2, 1]),
        (is_among("where.id", {"c1", "c5", "c'6"}), [5, 1]),
        (is_among("number", [2, 3]), [3, 2]),
        (is_between("number", 2, 4), [4, 3, 2]),
        (is_between("number", 4, None), [5, 4]),
        (is_between("number", -(10**30), 10**30), [5, 4, 3, 2, 1]),
    ],
)
def test_only_what_was_asked_for_is_on_a_page(
    five: Collection, condition: Condition, found: list[int]
) -> None:
    assert numbers(five, condition) == found
    assert numbers(five, condition, first=1) == found[1:]


def test_all_conditions_hold(five: Collection) -> None:
    assert numbers(five, is_between("number", 2, 5), is_set("end"), is_among("number", [4, 5])) == [4]
