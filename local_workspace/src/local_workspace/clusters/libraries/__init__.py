"""Libraries of clusters, and the environment that they are installed into. The door is `ClusterLibraries`."""
