"""The trees of a model that Spark has saved, as the arrays of the scorer.

The layout is that of `org.apache.spark.ml.tree.DecisionTreeModelReadWrite`, the same from Spark 3.5 to 4.3
but for the names of two columns. Read from a local folder: asking Java for each node takes far longer.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as parquet  # type: ignore[import-untyped]

Node = Mapping[str, Any]

_LEAF = -1


def arrays_of(folder: Path, value: Callable[[Node], Sequence[float]]) -> dict[str, Any]:
    """The fields that all tree stages of the scorer have; `value` gives what a leaf says."""
    trees = _trees(folder)
    starts = np.cumsum([0, *map(len, trees)])
    nodes = [_shifted(node, int(start)) for tree, start in zip(trees, starts, strict=False) for node in tree]
    width = len(value(next(node for node in nodes if _is_leaf(node))))
    splits = [node for node in nodes if not _is_leaf(node) and _is_categorical(node)]
    place = {node["id"]: number for number, node in enumerate(splits)}
    return {
        "depth": max(map(_depth, trees)),
        "roots": starts[:-1].astype(np.int64),
        "feature": np.array([max(node["split"]["featureIndex"], 0) for node in nodes], dtype=np.int64),
        "threshold": np.array([_threshold(node) for node in nodes], dtype=np.float64),
        "left": np.array([node["leftChild"] for node in nodes], dtype=np.int64),
        "right": np.array([node["rightChild"] for node in nodes], dtype=np.int64),
        "split": np.array([place.get(node["id"], -1) for node in nodes], dtype=np.int64),
        "categories": _categories(splits),
        "value": np.array(
            [value(node) if _is_leaf(node) else [0.0] * width for node in nodes], dtype=np.float64
        ),
    }


def weights_of(folder: Path) -> Any:
    """How much of each tree a model of boosted trees takes, in the order of the trees."""
    rows = parquet.read_table(folder / "treesMetadata").to_pylist()
    # Spark 4.1 and later name them by their places.
    found = {row.get("treeID", row.get("_1")): row.get("weights", row.get("_3")) for row in rows}
    return np.array([found[number] for number in sorted(found)], dtype=np.float64)


def class_counts(node: Node) -> Sequence[float]:
    """What a leaf of a classifier says: the rows of each class."""
    return [float(each) for each in node["impurityStats"]]


def prediction(node: Node) -> Sequence[float]:
    """What a leaf of a regressor says: one number."""
    return [float(node["prediction"])]


def _trees(folder: Path) -> list[list[Node]]:
    """The nodes of each tree, in the order of their numbers, which are their places."""
    trees: dict[int, list[Node]] = defaultdict(list)
    for row in parquet.read_table(folder / "data").to_pylist():
        trees[row.get("treeID", 0)].append(row.get("nodeData", row))
    return [sorted(trees[number], key=lambda node: int(node["id"])) for number in sorted(trees)]


def _shifted(node: Node, start: int) -> Node:
    """The node by its place among those of all trees. A leaf has itself for a child."""
    place = start + node["id"]
    left, right = node["leftChild"], node["rightChild"]
    if left == _LEAF:
        return {**node, "id": place, "leftChild": place, "rightChild": place}
    return {**node, "id": place, "leftChild": start + left, "rightChild": start + right}


def _is_leaf(node: Node) -> bool:
    return bool(node["leftChild"] == node["id"])


def _is_categorical(node: Node) -> bool:
    return bool(node["split"]["numCategories"] != -1)


def _threshold(node: Node) -> float:
    if _is_leaf(node) or _is_categorical(node):
        return 0.0
    return float(node["split"]["leftCategoriesOrThreshold"][0])


def _categories(splits: Sequence[Node]) -> Any:
    """A row for each split by categories: which of them go left."""
    width = max((node["split"]["numCategories"] for node in splits), default=0)
    table = np.zeros((len(splits), width), dtype=np.bool_)
    for row, node in enumerate(splits):
        table[row, [int(each) for each in node["split"]["leftCategoriesOrThreshold"]]] = True
    return table


def _depth(tree: Sequence[Node]) -> int:
    """The splits on the longest way down. A child has a larger number than its parent."""
    depths = {0: 0}
    for node in tree:
        if node["leftChild"] != _LEAF:
            depths[node["leftChild"]] = depths[node["rightChild"]] = depths[node["id"]] + 1
    return max(depths.values())
