"""Sweeps: hyperparameters, the points of a grid, and the best of them. Standard library only.

The Airflow side checks and expands plans with this package, and chooses the best point with it.
"""

from rookery_jobs.errors import GridError
from rookery_jobs.grid.algorithms import ALGORITHMS
from rookery_jobs.grid.algorithms.algorithm import Algorithm
from rookery_jobs.grid.conversion import convert
from rookery_jobs.grid.dotted_path import is_dotted_path, known_name, objective_of_path
from rookery_jobs.grid.expansion import MAX_POINTS, Candidate, expand, make_points
from rookery_jobs.grid.hyperparameter import Hyperparameter
from rookery_jobs.grid.limits import max_categories, max_classes
from rookery_jobs.grid.ranking import Scored, best, ranking
from rookery_jobs.grid.words import in_words

__all__ = [
    "ALGORITHMS",
    "MAX_POINTS",
    "Algorithm",
    "Candidate",
    "GridError",
    "Hyperparameter",
    "Scored",
    "best",
    "convert",
    "expand",
    "in_words",
    "is_dotted_path",
    "known_name",
    "make_points",
    "max_categories",
    "max_classes",
    "objective_of_path",
    "ranking",
]
