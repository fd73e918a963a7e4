"""Job runs: each task is a process that is attached to a cluster's driver. The door is `runs.Runs`."""
