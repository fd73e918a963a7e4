"""No secret passes the door, however it was escaped or encoded on its way into a message."""

import base64
import json
from urllib.parse import quote

import pytest

from rookery.exceptions import JobRunError
from rookery.failures import reason
from rookery.operators.verdict import VerdictOperator
from rookery.redaction import keep_secret, redacted

PLAIN = "dapi-0123456789abcdef"
STRANGE = "a\"b\\c/d'e+f g\té&\n"


@pytest.mark.parametrize("secret", [PLAIN, STRANGE])
def test_no_form_of_a_secret_passes(secret: str) -> None:
    keep_secret(secret, ["me"])
    once = json.dumps({"token": secret})
    forms = [
        secret,
        repr(secret)[1:-1],
        repr(f"Bearer {secret}".encode())[2:-1].removeprefix("Bearer "),
        json.dumps(secret)[1:-1],
        json.dumps(once)[1:-1].split(": ", 1)[1].strip('\\"}'),
        quote(secret, safe=""),
        quote(secret, safe="").lower(),
        base64.b64encode(f"me:{secret}".encode()).decode(),
        base64.b64encode(f"token:{secret}".encode()).decode().rstrip("="),
    ]
    for form in forms:
        assert form not in redacted(f"refused: {form}!")
        assert redacted(f"refused: {form}!").startswith("refused: ***")


def test_what_is_no_secret_stays_as_it_is() -> None:
    keep_secret(PLAIN)
    keep_secret("no")
    assert redacted("no such cluster: dapi-0123, at 10:15") == "no such cluster: dapi-0123, at 10:15"


def test_our_errors_and_the_last_line_of_a_log_quote_others_without_their_secrets() -> None:
    keep_secret(PLAIN)
    foreign = ValueError(f"Invalid header value b'Bearer {PLAIN}\\n'")
    assert PLAIN not in str(JobRunError(f"job run 7 ended FAILED: {foreign}"))
    said = reason(foreign, VerdictOperator(task_id="verdict", goals={}))
    assert said == "ValueError: Invalid header value b'Bearer ***\\n'"
