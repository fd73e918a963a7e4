"""What is expected of the data, and what was found otherwise."""

from rookery_jobs.contract.expectations.expectations import (
    IGNORE,
    NOTHING_EXPECTED,
    ON_DRIFT,
    WARN,
    ExpectationsSpec,
    check_allowed,
    check_drift,
    check_range,
)
from rookery_jobs.contract.expectations.finding import Finding

__all__ = [
    "IGNORE",
    "NOTHING_EXPECTED",
    "ON_DRIFT",
    "WARN",
    "ExpectationsSpec",
    "Finding",
    "check_allowed",
    "check_drift",
    "check_range",
]
