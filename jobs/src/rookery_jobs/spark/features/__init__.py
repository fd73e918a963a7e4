"""From the columns of a row to the vector that an estimator takes."""
