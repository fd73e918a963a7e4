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
THREE_NAMES = """
import json, sys
from pyspark.errors import AnalysisException
name = sys.argv[1]
said = []
create = lambda name: spark.sql(f"CREATE TABLE {name} (id int)")
for way in (spark.table, spark.range(1).write.saveAsTable, create):
    try:
        way(name)
    except AnalysisException as error:
        said.append(str(error))
print(json.dumps([said, [each.name for each in spark.catalog.listDatabases()]]))
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


def test_a_table_of_three_names_is_refused_in_spark_s_words(workspace: RunningWorkspace) -> None:
    said, databases = json.loads(printed(workspace, THREE_NAMES, "main.default.orders"))
    needs_one = "[REQUIRES_SINGLE_PART_NAMESPACE] spark_catalog requires a single-part namespace"
    no_catalog = "Couldn't find a catalog to handle the identifier main.default.orders"
    assert [text.partition(",")[0].rstrip(".") for text in said] == [needs_one, no_catalog, needs_one], said
    assert "main" not in databases
