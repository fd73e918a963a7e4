"""Tables of two names are in a warehouse that clusters share and that outlives them."""

import json
import secrets

from tests.wire.running_workspace import RunningWorkspace
from tests.wire.spark_jobs import new_cluster, printed, shared_cluster

SAVE = """
import sys
database, table = sys.argv[1:]
spark.sql(f"CREATE DATABASE IF NOT EXISTS {database}")
rows = spark.createDataFrame([(1, "a"), (2, "b")], "id int, `odd name` string")
rows.write.partitionBy("id").saveAsTable(f"{database}.{table}")
rows.createOrReplaceTempView("mine")
"""
READ = """
import json, sys
database, table, *then = sys.argv[1:]
name = f"{database}.{table}"
rows = spark.table(name).orderBy("id")
kind = spark.catalog.getTable(name).tableType
views = [each.name for each in spark.catalog.listTables() if each.isTemporary]
print(json.dumps([rows.columns, [row["odd name"] for row in rows.collect()], kind, views]))
for statement in then:
    spark.sql(statement.format(name))
"""
IS_THERE = """
import sys
database, table = sys.argv[1:]
print(spark.catalog.tableExists(f"{database}.{table}"))
"""


def test_a_table_is_seen_changed_and_dropped_by_all_clusters_and_outlives_that_of_its_maker(
    workspace: RunningWorkspace,
) -> None:
    names = f"shop_{secrets.token_hex(4)}", "orders"
    first, second = new_cluster(workspace), shared_cluster(workspace)
    printed(workspace, SAVE, *names, cluster_id=first)
    change = "ALTER TABLE {} ADD COLUMNS (price double)"
    seen = json.loads(printed(workspace, READ, *names, change, cluster_id=second))
    assert seen == [["odd name", "id"], ["a", "b"], "MANAGED", []]

    columns, rows, _, _ = json.loads(printed(workspace, READ, *names, "DROP TABLE {}", cluster_id=first))
    assert (columns, rows) == (["odd name", "price", "id"], ["a", "b"])
    assert printed(workspace, IS_THERE, *names, cluster_id=second).strip() == "False"

    printed(workspace, SAVE, *names, cluster_id=first)
    workspace.client.clusters.permanent_delete(first)
    assert json.loads(printed(workspace, READ, *names, cluster_id=second))[1] == ["a", "b"]


THREE_NAMES = """
import sys
from pyspark.errors import PySparkException
name = sys.argv[1]
for way in (spark.table, lambda name: spark.range(1).write.saveAsTable(name)):
    try:
        way(name)
    except PySparkException as error:
        print(error.getCondition() if hasattr(error, "getCondition") else error.getErrorClass(), error)
"""


def test_a_table_of_three_names_is_refused_in_spark_s_words(workspace: RunningWorkspace) -> None:
    said = printed(workspace, THREE_NAMES, "main.default.orders").splitlines()
    print(said)
    assert len(said) == 2
