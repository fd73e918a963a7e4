"""A table of 50,000 rows with two classes, written as a program of another country writes it."""

import random

import pytest

from tests.end_to_end.csv_server import CsvServer
from tests.end_to_end.stack import Stack

ROWS = 50_000


def table() -> str:
    """Bills, and whether they were paid: the smaller, the rather."""
    chance = random.Random(3)  # noqa: S311  (nothing secret)
    lines = ["Nr;Straße;Betrag;Neu;Bezahlt"]
    for number in range(ROWS):
        amount = chance.uniform(5, 1000)
        paid = amount + chance.gauss(0, 100) < 500
        street = chance.choice(["Mühlweg", "Am Tor", "Gasse 7"])
        new = chance.choice(["TRUE", "false"])
        lines.append(f"{number};{street};{amount:.2f};{new};{paid}".replace(".", ","))
    return "\n".join(lines) + "\n"


@pytest.mark.matrix
def test_fifty_thousand_bills_are_answered_true_and_false(stack: Stack, csv_server: CsvServer) -> None:
    url = csv_server.serve("large.csv", table().encode("windows-1252"))
    run = stack.run("large_binary", {"source_url": url})
    assert run.state == "success", run.tasks
    assert run.returned("query_endpoint")["predictions"] == [True, False]
    measured = run.returned("register_model")["test_metrics"]
    assert 0 < measured["test_logLoss"] < 0.5
    assert measured["test_areaUnderROC"] > 0.9
    assert stack.live_clusters("large_binary") == []
