"""The Params that all tree algorithms of `pyspark.ml` have in common."""

from rookery_jobs.grid.hyperparameter import INT_MAX, Hyperparameter

MAX_BINS = "maxBins"
"""A tree takes no categorical column with more categories than that."""

DEPTH = {
    "maxDepth": Hyperparameter("depth of a tree: 0 is one leaf", int, 5, low=0, high=30, simpler=-1),
}

GROWTH = {
    MAX_BINS: Hyperparameter(
        "values of a number that a split chooses among, and categories of a column, at most",
        int,
        32,
        low=2,
        high=INT_MAX,
        simpler=-1,
    ),
    "minInstancesPerNode": Hyperparameter(
        "rows on each side of a split, at least", int, 1, low=1, high=INT_MAX, simpler=1
    ),
    "minInfoGain": Hyperparameter("gain of a split, at least", float, 0.0, low=0, simpler=1),
    "minWeightFractionPerNode": Hyperparameter(
        "share of the rows on each side of a split, at least",
        float,
        0.0,
        low=0,
        high=0.5,
        below_high=True,
        simpler=1,
    ),
}

SUBSAMPLING = {
    "subsamplingRate": Hyperparameter(
        "share of the rows that each tree is grown from", float, 1.0, low=0, high=1, above_low=True
    ),
}

STEPS = {
    "maxIter": Hyperparameter(
        "trees, each of which mends the last", int, 20, low=1, high=INT_MAX, simpler=-1
    ),
    "stepSize": Hyperparameter(
        "how much of each tree is taken", float, 0.1, low=0, high=1, above_low=True, simpler=-1
    ),
}

IMPURITY = {
    "impurity": Hyperparameter("what a split makes smaller", str, "gini", choices=("gini", "entropy")),
}


def split_features(default: str, auto: str) -> dict[str, Hyperparameter]:
    """The features that a split chooses among; `auto` is what Spark takes by itself."""
    return {
        "featureSubsetStrategy": Hyperparameter(
            f"features that each split chooses among; auto is {auto}",
            str,
            default,
            choices=("auto", "all", "onethird", "sqrt", "log2"),
        ),
    }


def forest(auto: str) -> dict[str, Hyperparameter]:
    """The size of a forest, and how its trees come to differ. A forest of one tree takes all features."""
    return {
        "numTrees": Hyperparameter("trees of the forest", int, 20, low=1, high=INT_MAX, simpler=-1),
        **split_features("auto", f"{auto}, and all for one tree"),
        "bootstrap": Hyperparameter("whether each tree has rows drawn with replacement", bool, True),
    }
