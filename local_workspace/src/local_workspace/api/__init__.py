"""One module per Databricks API: what a request may hold, and what is answered."""
