"""From what Spark has fitted to the scorer that needs no Spark."""
