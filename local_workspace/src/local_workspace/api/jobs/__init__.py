"""The Jobs API 2.2 (and 2.1, 2.0): https://docs.databricks.com/api/azure/workspace/jobs"""

VERSIONS = "2.2 2.1 2.0"
