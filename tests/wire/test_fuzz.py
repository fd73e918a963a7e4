"""Whatever a client sends, the workspace answers in one of the ways that its description names."""

import random
from pathlib import Path

import pytest

from tests.wire.fuzz import operations
from tests.wire.running_workspace import RunningWorkspace, StartWorkspace

ROUNDS = [2, pytest.param(40, marks=pytest.mark.matrix)]


def failures(workspace: RunningWorkspace, rounds: int, seed: int) -> list[str]:
    """The requests of so many rounds over all operations that are answered as they should not be."""
    chance, found = random.Random(seed), []  # noqa: S311 - to repeat it, not to hide it
    with workspace.http as http:
        description = http.get("/api/local/openapi.json").json()
        asked = list(operations(description))
        assert len(asked) > 200
        for _ in range(rounds):
            chance.shuffle(asked)
            for operation in asked:
                path, content = operation.request(chance)
                status = http.request(operation.method, path, **content, timeout=60.0).status_code
                documented = operation.description["responses"]
                if str(status) not in documented and f"{status // 100}XX" not in documented:
                    found.append(f"{status} {operation.method} {path} {str(content)[:500]}")
    return found


@pytest.mark.parametrize("rounds", ROUNDS)
@pytest.mark.parametrize("kind", ["classic", pytest.param("unity", marks=pytest.mark.matrix)])
def test_every_route_answers_what_is_documented(
    start_workspace: StartWorkspace, tmp_path: Path, rounds: int, kind: str
) -> None:
    workspace = start_workspace("--kind", kind, root=tmp_path / "root")
    assert failures(workspace, rounds, seed=rounds) == []
    # It has outlived them, and has started nothing.
    assert workspace.client.current_user.me().user_name
