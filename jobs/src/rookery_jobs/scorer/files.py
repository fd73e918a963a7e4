"""A scorer on disk: `scorer.json` for names and numbers, `arrays.npz` (never pickled) for arrays."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from .algorithms import ALGORITHMS
from .features import MinMaxScaler, OneHotEncoder, StandardScaler, StringIndexer, VectorAssembler
from .given import Given, Imputer
from .labels import IndexToString
from .pipeline import Scorer
from .stage import ScorerError
from .text import RULES

FORMAT = 4
"""Format 1 has no text rule: its rule is 0. Format 2 has no `handleInvalid`: it is "error". Format 3 has no
booleans and no `probability_columns`."""

STAGES: dict[str, type[Any]] = {
    stage.__name__: stage
    for stage in (
        Given,
        Imputer,
        StringIndexer,
        OneHotEncoder,
        VectorAssembler,
        MinMaxScaler,
        StandardScaler,
        *ALGORITHMS,
        IndexToString,
    )
}


def save(scorer: Scorer, folder: Path) -> None:
    """Write the scorer into a folder, which is made."""
    folder.mkdir(parents=True)
    arrays: dict[str, Any] = {}
    stages = []
    for position, stage in enumerate(scorer.stages):
        names = getattr(stage, "arrays", ())
        arrays.update({f"{position}.{name}": getattr(stage, name) for name in names})
        values = {one.name: getattr(stage, one.name) for one in fields(stage) if one.name not in names}  # type: ignore[arg-type]
        stages.append({"stage": type(stage).__name__, **values})
    document = {
        "format": FORMAT,
        "inputs": scorer.inputs,
        "text_rule": scorer.text_rule,
        "probability_columns": scorer.probability_columns,
        "stages": stages,
    }
    (folder / "scorer.json").write_text(json.dumps(document, indent=2), encoding="utf-8")
    np.savez(folder / "arrays.npz", **arrays)


def load(folder: Path) -> Scorer:
    """Read what `save` wrote. Raises ScorerError for a format or a stage that this version does not know."""
    document = json.loads((folder / "scorer.json").read_text(encoding="utf-8"))
    if document["format"] not in range(1, FORMAT + 1):
        raise ScorerError(f"scorer format {document['format']!r} is unknown; this code reads 1 to {FORMAT}")
    text_rule = document.get("text_rule", 0)
    if text_rule not in RULES:
        raise ScorerError(f"text rule {text_rule!r} is unknown; this code has {', '.join(map(str, RULES))}")
    with np.load(folder / "arrays.npz", allow_pickle=False) as arrays:
        stages = tuple(_stage(position, values, arrays) for position, values in enumerate(document["stages"]))
    return Scorer(
        tuple(document["inputs"]), stages, text_rule, tuple(document.get("probability_columns", ()))
    )


def _stage(position: int, values: dict[str, Any], arrays: Any) -> Any:
    name = values.pop("stage")
    if name not in STAGES:
        raise ScorerError(f"scorer stage {name!r} is unknown; this code has {', '.join(STAGES)}")
    kind = STAGES[name]
    tables = {each: arrays[f"{position}.{each}"] for each in getattr(kind, "arrays", ())}
    plain = {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
    return kind(**plain, **tables)
