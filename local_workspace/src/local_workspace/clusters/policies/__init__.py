"""Cluster policies: what a cluster that names one gets, and may not have. The door is `ClusterPolicies`."""
