"""The rows of a query, as the answer to a command holds them.

https://docs.databricks.com/api/azure/workspace/commandexecution/commandstatus (`results`)
"""

import json
from typing import Any

MOST_ROWS = 1000


def table(rows: Any) -> dict[str, Any]:
    """`results` of a command whose last query has given these rows (a DataFrame): at most 1,000 of them."""
    numbered = rows.toDF(*map(str, range(len(rows.columns))))
    found = [json.loads(row) for row in numbered.limit(MOST_ROWS + 1).toJSON().collect()]
    return {
        "resultType": "table",
        "data": [[row.get(name) for name in numbered.columns] for row in found[:MOST_ROWS]],
        "schema": [
            {"name": field.name, "type": field.dataType.json(), "metadata": "{}"}
            for field in rows.schema.fields
        ],
        "truncated": len(found) > MOST_ROWS,
        "isJsonSchema": True,
    }
