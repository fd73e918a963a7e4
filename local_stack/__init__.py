"""The services of one machine, a local workspace and Airflow: for the demo, `make up` and the tests."""
