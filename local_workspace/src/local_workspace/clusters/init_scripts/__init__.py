"""Init scripts: what a cluster's nodes run before Spark starts."""
