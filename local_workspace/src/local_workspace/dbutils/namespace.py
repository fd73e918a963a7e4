"""The names that code finds without an import, in a notebook; and where other code imports them from."""

import sys
import warnings
from types import ModuleType, SimpleNamespace
from typing import Any

from local_workspace.dbutils.dbutils import DBUtils
from local_workspace.dbutils.display import display, display_html
from local_workspace.dbutils.facts import RunFacts


def namespace(spark: Any, sc: Any, facts: RunFacts) -> dict[str, Any]:
    """`spark`, `sc`, `dbutils`, `display` and the others, and modules that give them to imports.

    `databricks.sdk.runtime` takes them from the runtime's module `dbruntime`, `pyspark.dbutils` has a class.
    """
    from pyspark.sql import DataFrame, SQLContext
    from pyspark.sql.functions import udf

    DataFrame.display = display  # type: ignore[attr-defined]
    dbutils = DBUtils(sc, facts)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it is deprecated, and still there
        sql_context = SQLContext(sc, spark)
    names = {
        "spark": spark,
        "sc": sc,
        "dbutils": dbutils,
        "display": display,
        "displayHTML": display_html,
        "sql": spark.sql,
        "table": spark.table,
        "sqlContext": sql_context,
        "udf": udf,
        "getArgument": dbutils.widgets.getArgument,
    }
    dbutils.library.kept = frozenset(names)
    runtime = SimpleNamespace(get_namespace_globals=lambda: names)
    _module("dbruntime", UserNamespaceInitializer=SimpleNamespace(getOrCreate=lambda: runtime))
    _module("pyspark.dbutils", DBUtils=lambda _spark=None: dbutils)
    return names


def _module(name: str, **content: Any) -> None:
    module = ModuleType(name)
    module.__dict__.update(content)
    sys.modules[name] = module
