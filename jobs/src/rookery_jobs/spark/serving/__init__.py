"""Models that only Spark can score: those of estimators by dotted path."""
