"""What the baselines do on the cluster: scripts of job runs, which print one JSON object each."""

from pathlib import Path

# Parameters: the folders of the train and the test rows, JSON pairs (maxIter, regParam), and where models are
# saved (empty: they are neither logged nor saved). The first point is trained once before, to warm up.
LAB_POINTS = (
    Path(__file__).with_name("lab.py").read_text()
    + """

import json
import sys
import time

import mlflow

train, test = (spark.read.parquet(path).cache() for path in sys.argv[1:3])
train.count(), test.count()
mlflow.set_experiment("/Shared/lab")
seconds, metrics = [], []
points = json.loads(sys.argv[3])
train_penguin_model(train, test, *points[0], "")
for max_iter, reg_param in points:
    began = time.monotonic()
    metrics.append(train_penguin_model(train, test, max_iter, reg_param, sys.argv[4]))
    seconds.append(time.monotonic() - began)
print(json.dumps({"seconds": seconds, "metrics": metrics}))
"""
)

# Parameters: the folder of the train rows, JSON pairs (maxIter, regParam), and how many are fitted at a time.
# What a point costs if it is fitted and nothing else is done: no metrics, no MLflow.
BARE_FITS = """
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from pyspark import inheritable_thread_target
from pyspark.ml import Pipeline
from pyspark.ml.classification import LogisticRegression
from pyspark.ml.feature import MinMaxScaler, StringIndexer, VectorAssembler
from pyspark.sql.functions import col

stages = [
    StringIndexer(inputCol="Island", outputCol="IslandIdx"),
    VectorAssembler(
        inputCols=["CulmenLength", "CulmenDepth", "FlipperLength", "BodyMass"], outputCol="numbers"
    ),
    MinMaxScaler(inputCol="numbers", outputCol="scaled"),
    VectorAssembler(inputCols=["IslandIdx", "scaled"], outputCol="features"),
]
rows = spark.read.parquet(sys.argv[1])
data = Pipeline(stages=stages).fit(rows).transform(rows).select("features", col("Species").cast("double"))
data = data.coalesce(max(1, int(sys.argv[4]))).cache()
data.count()

def fit(point):
    max_iter, reg_param = point
    return LogisticRegression(
        featuresCol="features", labelCol="Species", maxIter=max_iter, regParam=reg_param
    ).fit(data)

points = json.loads(sys.argv[2])
fit(points[0])
began = time.monotonic()
with ThreadPoolExecutor(int(sys.argv[3])) as pool:
    list(pool.map(inheritable_thread_target(fit), points))
seconds = time.monotonic() - began
data.unpersist()
print(json.dumps({"seconds": seconds}))
"""

# Fits of many small Spark jobs, one after the other, until it is cancelled.
BUSY = """
from pyspark.ml.classification import LogisticRegression
from pyspark.ml.feature import VectorAssembler

rows = spark.range(2000).selectExpr("rand(1) AS x", "rand(2) AS y", "cast(id % 2 AS double) AS label")
data = VectorAssembler(inputCols=["x", "y"], outputCol="features").transform(rows).cache()
while True:
    LogisticRegression(maxIter=10, tol=0.0).fit(data)
"""
