"""Unity Catalog 2.1: https://docs.databricks.com/api/azure/workspace/catalogs and the pages beside it."""

VERSIONS = "2.1"
BASE = "unity-catalog"
