"""Which of Airflow's services live and do nothing, told by its health page and a clock of the test's own."""

from typing import Any

import pytest

from local_stack.services.signs_of_life import SILENT_SECONDS, SignsOfLife

SERVICES = ("api-server", "dag-processor", "scheduler", "triggerer")


class Watch:
    """A watch over the services; `look` shows it a health page after some seconds."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.signs = SignsOfLife(SERVICES, clock=lambda: self.now)

    def look(self, health: dict[str, Any] | None, after: float = 5.0) -> list[str]:
        self.now += after
        return self.signs.missing(health)


def page(beat: int, **others: int | None) -> dict[str, dict[str, str | None]]:
    """As Airflow 3.3.2 answers; the heartbeats are numbered."""
    parts = {part: others.get(part, beat) for part in ("scheduler", "triggerer", "dag_processor")}
    told = {
        part: {"status": "healthy", f"latest_{part}_heartbeat": None if number is None else f"beat {number}"}
        for part, number in parts.items()
    }
    return {"metadatabase": {"status": "healthy"}, **told}


@pytest.fixture
def watch() -> Watch:
    return Watch()


def test_services_that_beat_are_not_missing(watch: Watch) -> None:
    assert [watch.look(page(beat)) for beat in range(100)] == [[]] * 100


def test_a_scheduler_without_a_new_heartbeat_is_missing_and_then_has_its_time_again(watch: Watch) -> None:
    missing = [watch.look(page(beat, scheduler=7)) for beat in range(42)]
    found = [index for index, names in enumerate(missing) if names]
    assert [missing[index] for index in found] == [["scheduler"]] * 2
    assert (found[1] - found[0]) * 5 == SILENT_SECONDS


def test_a_service_that_never_beats_is_missing(watch: Watch) -> None:
    missing = [watch.look(page(beat, triggerer=None)) for beat in range(20)]
    assert [names for names in missing if names] == [["triggerer"]]


def test_of_an_api_server_that_does_not_answer_it_is_said_and_of_the_others_nothing(watch: Watch) -> None:
    watch.look(page(1))
    missing = [watch.look(None) for _ in range(20)]
    assert [names for names in missing if names] == [["api-server"]]
    assert watch.look(page(2)) == []


def test_an_old_heartbeat_alone_is_no_silence_as_a_machine_may_have_slept(watch: Watch) -> None:
    assert watch.look(page(1), after=5) == []
    assert watch.look(page(1), after=SILENT_SECONDS - 5) == []
    assert watch.look(page(2), after=5) == []
