"""A DAG with as many tasks as the example has, all of them Airflow's own and empty."""

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, chain

with DAG("plain", schedule=None) as dag:
    chain(*(EmptyOperator(task_id=f"task_{number}") for number in range(19)))
