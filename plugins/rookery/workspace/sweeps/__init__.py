"""A sweep as MLflow shows it: the run that its new points have for a parent, and the data it is on."""
