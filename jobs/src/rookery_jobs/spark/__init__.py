"""All that needs Spark or MLflow.

Sources, splits, algorithms and objectives have a package each, and in it a module for each kind; the other
parts of the job code have modules of the same names.
"""
