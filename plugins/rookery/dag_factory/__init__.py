"""From a plan to the DAG that carries it out."""
