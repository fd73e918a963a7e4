"""`python -m local_stack.compose.env_file FILE`: .env.example with secrets filled in. See `make .env`."""

import base64
import re
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path

from local_stack.environments import PROJECT

EXAMPLE = PROJECT / ".env.example"
_SETTING = re.compile(r"^([A-Z][A-Z0-9_]*)=(.*)$", re.MULTILINE)


def main(arguments: list[str]) -> int:
    """Write the file for its owner alone; one that is there stays as it is, and the exit status is 1."""
    if len(arguments) != 1:
        print("usage: python -m local_stack.compose.env_file FILE", file=sys.stderr)
        return 2
    target = Path(arguments[0])
    if target.exists():
        print(f"{target} is there already: nothing written", file=sys.stderr)
        return 1
    write(target, {})
    print(f"{target} has new secrets; the administrator's password is in it (AIRFLOW_ADMIN_PASSWORD)")
    return 0


def write(target: Path, chosen: Mapping[str, str]) -> dict[str, str]:
    """Write the example's settings with new secrets and what was `chosen`; all settings by name."""
    text = filled(EXAMPLE.read_text(), chosen)
    target.touch(mode=0o600)
    target.write_text(text)
    return dict(_SETTING.findall(text))


def filled(example: str, chosen: Mapping[str, str]) -> str:
    """The text of an example in which settings have the `chosen` values, and empty ones new secrets.

    Raises KeyError for a chosen setting that the example does not have.
    """
    if unknown := set(chosen) - set(names(example)):
        raise KeyError(f"not in {EXAMPLE.name}: {', '.join(sorted(unknown))}")

    def line(setting: re.Match[str]) -> str:
        name, value = setting.groups()
        return f"{name}={chosen.get(name, value) or new_secret(name)}"

    return _SETTING.sub(line, example)


def names(example: str) -> list[str]:
    """The settings of an example; those that are commented out are none."""
    return [name for name, _ in _SETTING.findall(example)]


def new_secret(name: str) -> str:
    """A new secret of 32 random bytes: hexadecimal, but for Fernet, which wants its keys in base64
    (https://cryptography.io/en/latest/fernet/)."""
    if "FERNET" in name:
        return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    return secrets.token_hex(32)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
