"""What a registered model name means: which MLflow model registry, and which names that registry takes."""

import re
from typing import NamedTuple

_CATALOG_PART = re.compile(r"[a-z0-9_][a-z0-9_-]{0,254}")
_PARTS = 3


class CatalogName(NamedTuple):
    """A registered model name of Unity Catalog: `catalog.schema.model`."""

    catalog: str
    schema: str
    model: str


def catalog_name(registered_model_name: str) -> CatalogName | None:
    """The parts of a name of Unity Catalog, which has three; None for one of the workspace registry.

    This is the only rule that tells the two registries apart.
    """
    parts = registered_model_name.split(".")
    return CatalogName(*parts) if len(parts) == _PARTS else None


def registry_uri_for(registered_model_name: str, tracking_uri: str = "databricks") -> str:
    """The MLflow registry URI that a registered model name means.

    On Databricks it is that of Unity Catalog or of the workspace; any other tracking server keeps its own
    registry. It is always set explicitly: MLflow 3 would default to `databricks-uc` for every name.
    """
    scheme, separator, profile = tracking_uri.partition("://")
    if scheme != "databricks" or catalog_name(registered_model_name) is None:
        return tracking_uri
    return f"databricks-uc{separator}{profile}"


def model_name_problem(registered_model_name: str) -> str | None:
    """Why the registry that a name means would refuse it, as the rest of a sentence about it; or None."""
    name = registered_model_name
    if parts := catalog_name(name):
        if all(map(_CATALOG_PART.fullmatch, parts)):
            return None
        return (
            "is no Unity Catalog name: each of catalog.schema.model may have lower-case letters, digits, "
            "'_' and '-', and no spaces"
        )
    dots = name.count(".")
    if dots == 1:
        return "has two parts; write catalog.schema.model for Unity Catalog, or a name without a dot"
    if not name.strip() or name != name.strip() or len(name) > 256 or dots:
        return "is no model name: 1 to 256 characters, without spaces at its ends and without dots"
    if not name.isprintable() or set(name) & set("/:%\\\"'"):
        return "has a character that the workspace registry refuses: none of / : % \\ \" ' may be in it"
    return None
