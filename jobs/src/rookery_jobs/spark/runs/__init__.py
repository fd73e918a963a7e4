"""The MLflow runs of points: which there are, whose they are, and where each comes from."""
