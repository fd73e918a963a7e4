"""How Databricks is asked: what must not be done twice, and which faults may pass."""
