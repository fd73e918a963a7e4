"""Params of Spark's classes that no grid can have, by why."""

COLUMNS = frozenset({"featuresCol", "labelCol", "predictionCol", "weightCol"})
"""Names of columns."""

CLASSIFICATION = frozenset({"probabilityCol", "rawPredictionCol", "threshold", "thresholds"})
"""Names of columns, and limits: a plan's model predicts the most probable class."""

COMPUTATION = frozenset({"cacheNodeIds", "checkpointInterval", "maxBlockSizeInMB", "maxMemoryInMB"})
"""How Spark computes, not what."""

TREES = COLUMNS | COMPUTATION | {"leafCol", "seed", "pruneTree"}
"""The seed is the plan's. That a tree is pruned Spark has a Param for from 4.3 on, and does before."""

BOOSTING = TREES | {"impurity", "lossType", "validationIndicatorCol", "validationTol"}
"""Of impurity and loss, Spark has one; a column that tells the rows of validation apart is not there."""
