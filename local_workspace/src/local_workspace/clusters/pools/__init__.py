"""Instance pools: the node type of the clusters that name one. The door is `InstancePools`."""
