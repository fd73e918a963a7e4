"""The keys of a trigger form, with their defaults and what is allowed, from the schemas of its Params."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from rookery.check.report import Row
from rookery.form.allowed import allowed_by

if TYPE_CHECKING:
    from airflow.sdk.definitions.param import ParamsDict


def form_rows(params: ParamsDict, shown_defaults: Mapping[str, str]) -> Iterator[Row]:
    """One row per key, in the form's order. Of a default in `shown_defaults`, no more is shown than that."""
    for key in params:
        param = params.get_param(key)
        allowed = allowed_by(param.schema)
        default = shown_defaults.get(key, param.value)
        shown = param.schema.get("values_display", {}).get(str(default), _text(default))
        yield Row(key, shown, {"default": default, "allowed": allowed}, allowed)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return value if isinstance(value, str) else json.dumps(value, default=str)
