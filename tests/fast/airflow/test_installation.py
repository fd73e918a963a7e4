"""Every Airflow installation has an id of its own, made once, on which all its runs agree."""

from collections.abc import Callable

import pytest
from airflow.sdk import Variable

from rookery.exceptions import PlanError
from rookery.installation import VARIABLE, installation_id


class Variables:
    """Airflow's Variables, in which another first run may write at a moment of the test's choice."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.values: dict[str, str] = {}
        self.while_settling: Callable[[], None] = lambda: None
        self.waits = 0
        monkeypatch.setattr(Variable, "get", lambda key, default=None: self.values.get(key, default))
        monkeypatch.setattr(Variable, "set", self._set)

    def _set(self, key: str, value: str, description: str) -> None:
        assert description
        self.values[key] = value

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.waits += 1
        self.while_settling()


@pytest.fixture
def variables(monkeypatch: pytest.MonkeyPatch) -> Variables:
    return Variables(monkeypatch)


def test_the_first_run_makes_the_id_and_later_runs_find_it(variables: Variables) -> None:
    made = installation_id(variables.sleep)
    assert len(made) == 8
    assert installation_id(variables.sleep) == made == variables.values[VARIABLE]
    assert variables.waits == 1


def test_two_installations_have_different_ids(variables: Variables) -> None:
    first = installation_id(variables.sleep)
    variables.values.clear()
    assert installation_id(variables.sleep) != first


def test_two_first_runs_at_once_agree(variables: Variables) -> None:
    variables.while_settling = lambda: variables.values.update({VARIABLE: "theother"})
    assert installation_id(variables.sleep) == "theother"


def test_an_id_may_be_set_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_VAR_ROOKERY_INSTALLATION", "production")
    assert installation_id() == "production"


@pytest.mark.parametrize("value", ["two words", "a/b", ".hidden", "x" * 33])
def test_an_id_that_cannot_be_part_of_a_path_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("AIRFLOW_VAR_ROOKERY_INSTALLATION", value)
    with pytest.raises(PlanError, match="the Airflow Variable rookery_installation is"):
        installation_id()
