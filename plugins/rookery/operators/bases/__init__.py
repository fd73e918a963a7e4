"""What the operators have in common: a workspace, a job run, what Airflow says of the task itself."""
