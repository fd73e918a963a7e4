"""The services of one machine, a local workspace and Airflow: what the demo and the end-to-end tests run on."""
