"""Clusters: each is one Spark driver on this machine. The door is `clusters.Clusters`."""
