"""What clients ask of runs: tasks, libraries, one-time runs, runs of jobs, repairs; each checks itself."""
