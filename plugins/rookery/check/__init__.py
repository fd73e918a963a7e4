"""`rookery check`: what a DAG file will do, and every mistake in it, before money is spent."""
