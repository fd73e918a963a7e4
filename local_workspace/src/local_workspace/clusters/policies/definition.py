"""A policy's definition: one rule for an attribute, applied to a request and then held against it.

https://docs.databricks.com/aws/en/admin/clusters/policy-definition
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Literal

from pydantic import ConfigDict

from local_workspace.clusters.attributes import ANY, Path, path_of, values_at, with_value
from local_workspace.clusters.runtimes.latest import resolved_runtime
from local_workspace.errors import InvalidParameterValue
from local_workspace.messages import Message, parsed

# Not an attribute of a request, but whether a job's run asks for it: "all-purpose", "job" or "dlt".
CLUSTER_TYPE = "cluster_type"
_NOT_KNOWN_HERE = {"dbus_per_hour": "it does not know the price of a cluster"}


class Rule(Message):
    """What a definition says of one attribute, in Databricks' own names."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["fixed", "forbidden", "allowlist", "blocklist", "regex", "range", "unlimited"]
    value: Any = None
    values: tuple[Any, ...] = ()
    pattern: str = ""
    minValue: float | None = None  # noqa: N815
    maxValue: float | None = None  # noqa: N815
    defaultValue: Any = None  # noqa: N815
    isOptional: bool = False  # noqa: N815
    hidden: bool = False

    def given(self, *, with_defaults: bool) -> Any:
        """The value of an attribute that a request leaves out; None if there is none."""
        if self.type == "fixed":
            return self.value
        return self.defaultValue if with_defaults else None

    @property
    def is_required(self) -> bool:
        """Whether a request must have the attribute."""
        return self.type not in ("fixed", "forbidden") and not self.isOptional

    def problem(self, value: Any) -> str:
        """What is wrong with a value, in Databricks' words; "" if nothing is."""
        is_ok, wanted = self._judged(value)
        return "" if is_ok else f"{wanted} (is {json.dumps(_text(value))})"

    def _judged(self, value: Any) -> tuple[bool, str]:
        text = _text(value)
        allowed = [_text(each) for each in self.values]
        if self.type == "fixed":
            return text == _text(self.value), f"must be {_text(self.value)}"
        if self.type == "forbidden":
            return False, "must not be present"
        if self.type == "allowlist":
            return text in allowed, f"must be one of {', '.join(allowed)}"
        if self.type == "blocklist":
            return text not in allowed, f"must not be one of {', '.join(allowed)}"
        if self.type == "regex":
            return re.fullmatch(self.pattern, text) is not None, f"must match {self.pattern}"
        if self.type == "range":
            return self._in_range(value), f"must be {self._range}"
        return True, ""

    def _in_range(self, value: Any) -> bool:
        try:
            number = float(value)
        except (TypeError, ValueError):
            return False
        low = self.minValue is None or number >= self.minValue
        return low and (self.maxValue is None or number <= self.maxValue)

    @property
    def _range(self) -> str:
        ends = {"at least": self.minValue, "at most": self.maxValue}
        return " and ".join(f"{word} {end:g}" for word, end in ends.items() if end is not None)


class Definition:
    """The rules of a policy."""

    def __init__(self, rules: dict[str, Rule]) -> None:
        self._rules = rules

    def applied(self, fields: dict[str, Any], *, with_defaults: bool) -> dict[str, Any]:
        """A request with what the policy fixes, and, if asked for, with its defaults."""
        for name, rule in self._rules.items():
            path, value = path_of(name), rule.given(with_defaults=with_defaults)
            if value is None or name == CLUSTER_TYPE or ANY in path or any(values_at(fields, path)):
                continue
            fields = with_value(fields, path, value)
        if isinstance(version := fields.get("spark_version"), str):
            fields = fields | {"spark_version": resolved_runtime(version)}
        return fields

    def check(self, fields: dict[str, Any]) -> None:
        """Refuse a request that breaks rules; the message names all of them."""
        problems = [
            problem for name, rule in self._rules.items() for problem in _problems(name, rule, fields)
        ]
        if problems:
            raise InvalidParameterValue(f"Cluster validation error: {'; '.join(problems)}")


def definition_of(text: str) -> Definition:
    """A definition from its JSON text. Raises `InvalidParameterValue` for what is none."""
    try:
        written = json.loads(text or "{}")
    except (ValueError, RecursionError) as error:
        raise InvalidParameterValue(f"The policy's definition is not JSON: {error}") from error
    if not isinstance(written, dict) or not all(isinstance(each, dict) for each in written.values()):
        raise InvalidParameterValue(
            "The policy's definition must be a JSON object with an object for each attribute."
        )
    for name, why in _NOT_KNOWN_HERE.items():
        if name in written:
            raise InvalidParameterValue(
                f"The local workspace does not heed {name} in a policy: {why}. Leave it out."
            )
    rules = {name: _rule(name, fields) for name, fields in written.items()}
    return Definition(rules)


def _rule(name: str, fields: dict[str, Any]) -> Rule:
    try:
        rule = parsed(Rule, fields)
        re.compile(rule.pattern)
    except (InvalidParameterValue, re.error) as error:
        raise InvalidParameterValue(f"The policy's definition of {name} is wrong: {error}") from error
    resolves = name == "spark_version" and rule.type in ("fixed", "allowlist")
    return rule.model_copy(update=_with_runtimes(rule)) if resolves else rule


def _with_runtimes(rule: Rule) -> dict[str, Any]:
    """`auto:latest-lts-ml` and the like stand for what is the latest now."""
    values = tuple(resolved_runtime(str(each)) for each in rule.values)
    return {"values": values, "value": None if rule.value is None else resolved_runtime(str(rule.value))}


def _problems(name: str, rule: Rule, fields: dict[str, Any]) -> Iterator[str]:
    found = list(values_at(fields, path_of(name)))
    if not found and rule.is_required and ANY not in name:
        yield f"Validation failed for {_named(path_of(name))} must be present"
    for path, value in found:
        if problem := rule.problem(value):
            yield f"Validation failed for {_named(path)} {problem}"


def _named(path: Path) -> str:
    """As Databricks names it: `custom_tags, CostCenter`, `node_type_id,`."""
    return ", ".join(path) if len(path) > 1 else f"{path[0]}, the value"


def _text(value: Any) -> str:
    return json.dumps(value) if isinstance(value, (bool, dict, list)) or value is None else str(value)
