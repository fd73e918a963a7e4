"""What a new version must be to take the place of the one that serves, and what was found."""

from rookery_jobs.contract.promotion.decision import Decision, decision_path
from rookery_jobs.contract.promotion.examples import Examples, examples_path
from rookery_jobs.contract.promotion.judge import PROMOTE, REFUSE, JudgeSpec, check_judge

__all__ = [
    "PROMOTE",
    "REFUSE",
    "Decision",
    "Examples",
    "JudgeSpec",
    "check_judge",
    "decision_path",
    "examples_path",
]
