"""What the job code raises on purpose: one root, one leaf per kind of cause."""


class RookeryJobsError(Exception):
    """Root of every error that `rookery_jobs` raises on purpose."""


class ContractError(RookeryJobsError):
    """A document between the Airflow side and the cluster is not what both sides agreed on."""


class GridError(RookeryJobsError):
    """A sweep cannot be expanded into points, or no best point can be chosen."""


class DataError(RookeryJobsError):
    """The source data cannot become a snapshot."""


class TrainingError(RookeryJobsError):
    """Points of a shard failed; the message names each of them."""


class RegistrationError(RookeryJobsError):
    """The best point's model may not be registered: not reproducible, not in parity, or a gate not passed."""


class ScoringError(RookeryJobsError):
    """Files cannot be scored with a version: they changed, lack columns, or the version cannot be used."""
