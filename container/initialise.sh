#!/bin/sh
# What the stack needs in Airflow's database, once before its services start: tables, administrator, pool.
# It may run again at every start.
set -eu
airflow db migrate
# Asked for twice; not an argument, which every process list shows.
printf '%s\n%s\n' "$AIRFLOW_ADMIN_PASSWORD" "$AIRFLOW_ADMIN_PASSWORD" | airflow users create \
    --role Admin --username "$AIRFLOW_ADMIN_USER" --email "$AIRFLOW_ADMIN_USER@localhost" --firstname Stack --lastname Administrator
airflow pools set databricks "$DATABRICKS_POOL_SLOTS" "Tasks that run on a cluster"
