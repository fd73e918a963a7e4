"""What the Airflow side and the job code agree on. Standard library only.

The Airflow side imports this module and `grid`, and nothing else of the package: the specs of the job runs,
the manifest that comes back, the layout of a DAG run's files, ids, metrics and tag names.
"""

from rookery_jobs.contract.columns import check_as_of_column, check_columns, check_split_key
from rookery_jobs.contract.documents import Document, digest_of
from rookery_jobs.contract.identity import ParamValue, point_id, registration_key, snapshot_digest, sweep_id
from rookery_jobs.contract.layout import RunLayout, manifest_path, run_key, side_path, slug, spec_path
from rookery_jobs.contract.metrics import LAB_METRICS, METRICS, TEST_METRIC_PREFIX, gate_passes
from rookery_jobs.contract.origin import Origin
from rookery_jobs.contract.registry import registry_uri_for
from rookery_jobs.contract.scoring_specs import (
    InputFile,
    ScoringReport,
    ScoringSpec,
    report_path,
    scoring_digest,
    scoring_path,
)
from rookery_jobs.contract.specs import Gate, Manifest, Point, RegistrationSpec, SnapshotSpec, SweepSpec
from rookery_jobs.contract.tags import (
    MODEL_ARTIFACT,
    TAG_ALGORITHM,
    TAG_AS_OF,
    TAG_CODE,
    TAG_DAG,
    TAG_DAG_RUN,
    TAG_ERROR,
    TAG_GENERATION,
    TAG_MODEL,
    TAG_POINT,
    TAG_REGISTRATION,
    TAG_SNAPSHOT,
    TAG_SWEEP,
    model_version_tag,
)
from rookery_jobs.errors import ContractError, RookeryJobsError

__all__ = [
    "LAB_METRICS",
    "METRICS",
    "MODEL_ARTIFACT",
    "TAG_ALGORITHM",
    "TAG_AS_OF",
    "TAG_CODE",
    "TAG_DAG",
    "TAG_DAG_RUN",
    "TAG_ERROR",
    "TAG_GENERATION",
    "TAG_MODEL",
    "TAG_POINT",
    "TAG_REGISTRATION",
    "TAG_SNAPSHOT",
    "TAG_SWEEP",
    "TEST_METRIC_PREFIX",
    "ContractError",
    "Document",
    "Gate",
    "InputFile",
    "Manifest",
    "Origin",
    "ParamValue",
    "Point",
    "RegistrationSpec",
    "RookeryJobsError",
    "RunLayout",
    "ScoringReport",
    "ScoringSpec",
    "SnapshotSpec",
    "SweepSpec",
    "check_as_of_column",
    "check_columns",
    "check_split_key",
    "digest_of",
    "gate_passes",
    "manifest_path",
    "model_version_tag",
    "point_id",
    "registration_key",
    "registry_uri_for",
    "report_path",
    "run_key",
    "scoring_digest",
    "scoring_path",
    "side_path",
    "slug",
    "snapshot_digest",
    "spec_path",
    "sweep_id",
]
