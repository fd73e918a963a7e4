"""The Files API, and the signed URLs that it gives: https://docs.databricks.com/api/azure/workspace/files"""
