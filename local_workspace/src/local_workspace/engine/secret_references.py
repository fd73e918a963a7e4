"""References to secrets, `{{secrets/scope/key}}`, which Databricks resolves and this workspace cannot."""

from collections.abc import Mapping

from local_workspace.errors import InvalidParameterValue


def refuse_secret_references(field: str, values: Mapping[str, str]) -> None:
    """`InvalidParameterValue` for a value that is a reference: taken literally it would be a wrong secret."""
    for name, value in values.items():
        if value.strip().startswith("{{secrets/"):
            raise InvalidParameterValue(
                f"{field}.{name}: the local workspace has no secrets, so it cannot resolve {value.strip()}."
            )
