"""What must not be done twice is sent once, and repeated only after a look at what was done already."""

from collections.abc import Callable

import pytest
from databricks.sdk.errors import InternalError, PermissionDenied, TemporarilyUnavailable

from rookery.hooks.databricks import workspace_client
from rookery.workspace.requests.once import REPEATED_SECONDS, done, send_once
from tests.played_clock import PlayedClock
from tests.recorder import Recorder, Reply

CREATE = "POST /api/2.1/clusters/create"


def answering(*answers: object) -> Callable[[], object]:
    """Gives, or raises, one answer after the other, the last one for ever."""
    left = list(answers)

    def answer() -> object:
        given = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(given, Exception):
            raise given
        return given

    return answer


@pytest.mark.parametrize("status", [429, 500, 503])
def test_the_sdk_repeats_nothing_that_is_sent_once(databricks: Recorder, status: int) -> None:
    databricks.answers(CREATE, Reply(status, {"error_code": "BUSY", "message": "later"}))
    with pytest.raises(OSError, match="later"):
        send_once(workspace_client("databricks_default"), "POST", "/api/2.1/clusters/create", {"a": 1})
    assert databricks.bodies(CREATE) == [{"a": 1}]


def test_what_is_sent_once_has_the_body_and_the_answer_of_any_other_request(databricks: Recorder) -> None:
    databricks.answers(CREATE, {"cluster_id": "c1"})
    client = workspace_client("databricks_default")
    assert send_once(client, "POST", "/api/2.1/clusters/create", {"name": "é"}) == {"cluster_id": "c1"}
    (call,) = [each for each in databricks.calls if each.path.endswith("/create")]
    assert (call.body, call.headers["Content-Type"]) == ({"name": "é"}, "application/json")


def test_after_a_fault_what_was_done_already_is_found_and_not_asked_for_again() -> None:
    send = answering(ConnectionError("the answer was lost"), AssertionError("asked for twice"))
    assert done(send, answering("the first one"), clock=PlayedClock()) == "the first one"


def test_after_a_fault_what_was_not_done_is_asked_for_again() -> None:
    send = answering(ConnectionError("reset"), InternalError("oops"), "the third one")
    assert done(send, answering(None), clock=PlayedClock()) == "the third one"


def test_nothing_is_asked_for_again_without_a_look() -> None:
    send = answering(ConnectionError("reset"), "the second one")
    look = answering(InternalError("oops"), InternalError("oops"), "the first one")
    assert done(send, look, clock=PlayedClock()) == "the first one"


def test_a_server_that_says_when_to_come_back_is_heard() -> None:
    clock = PlayedClock()
    busy = TemporarilyUnavailable("busy", retry_after_secs=17)
    assert done(answering(busy, "done"), clock=clock) == "done"
    assert clock.slept == [17]


def test_a_fault_that_stays_is_raised_within_a_minute() -> None:
    clock = PlayedClock()
    with pytest.raises(InternalError, match="oops"):
        done(answering(InternalError("oops")), clock=clock)
    assert REPEATED_SECONDS / 2 < clock.now <= REPEATED_SECONDS


def test_an_answer_is_not_asked_for_again() -> None:
    clock = PlayedClock()
    with pytest.raises(PermissionDenied):
        done(answering(PermissionDenied("no")), clock=clock)
    assert clock.slept == []
