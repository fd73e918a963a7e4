#!/bin/sh
# Airflow's Helm chart starts its probes with /entrypoint, as Airflow's own image has one.
exec "$@"
