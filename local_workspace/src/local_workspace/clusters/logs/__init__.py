"""The logs of a cluster, and where they are delivered."""
