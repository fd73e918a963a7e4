"""What was told to a client is on disk."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from local_workspace.store import Store


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
