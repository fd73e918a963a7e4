"""What really runs: drivers (Spark), runs (processes), served models (scoring servers)."""
