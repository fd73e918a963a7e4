"""The Spark driver of a cluster: its Java, its JVM, its configuration, and how a run attaches to it."""
