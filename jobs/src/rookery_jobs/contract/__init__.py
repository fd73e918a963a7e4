"""What the Airflow side and the job code agree on. Standard library only.

The Airflow side imports this package, `grid` and `errors`, and nothing else: the specs of the job runs, the
manifest that comes back, the layout of a DAG run's files, ids, metrics and tag names.
"""

from rookery_jobs.contract.columns import check_as_of_column, check_columns
from rookery_jobs.contract.documents import Document, digest_of
from rookery_jobs.contract.identity import ParamValue, point_id, registration_key, snapshot_digest, sweep_id
from rookery_jobs.contract.layout import (
    ARCHIVE,
    PACKAGE,
    SCRIPT,
    RunLayout,
    manifest_path,
    run_key,
    side_path,
    slug,
    spec_path,
)
from rookery_jobs.contract.lists import first_ten
from rookery_jobs.contract.objectives import (
    METRICS,
    OBJECTIVES,
    Metric,
    Objective,
    check_metric,
    objective_of,
    unknown_metric,
)
from rookery_jobs.contract.objectives.classification import LABEL_FAULT, MAX_CLASSES, class_of
from rookery_jobs.contract.origin import Origin
from rookery_jobs.contract.registry import CatalogName, catalog_name, model_name_problem, registry_uri_for
from rookery_jobs.contract.scoring_specs import (
    InputFile,
    ScoringReport,
    ScoringSpec,
    report_path,
    scoring_digest,
    scoring_path,
)
from rookery_jobs.contract.snapshot_specs import Manifest, SnapshotSpec, check_dropped_share
from rookery_jobs.contract.sources import SOURCES, CsvSourceSpec, SourceSpec
from rookery_jobs.contract.splits import (
    SPLITS,
    RandomSplitSpec,
    SplitSpec,
    check_split_key,
    check_split_sizes,
)
from rookery_jobs.contract.sweep_specs import GateSpec, Point, RegistrationSpec, SweepSpec
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
    TEST_METRIC_PREFIX,
    model_version_tag,
)
from rookery_jobs.contract.text import BLANKS, TEXT_RULE, instant, number, stripped
from rookery_jobs.errors import ContractError, RookeryJobsError

__all__ = [
    "ARCHIVE",
    "BLANKS",
    "LABEL_FAULT",
    "MAX_CLASSES",
    "METRICS",
    "MODEL_ARTIFACT",
    "OBJECTIVES",
    "PACKAGE",
    "SCRIPT",
    "SOURCES",
    "SPLITS",
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
    "TEXT_RULE",
    "CatalogName",
    "ContractError",
    "CsvSourceSpec",
    "Document",
    "GateSpec",
    "InputFile",
    "Manifest",
    "Metric",
    "Objective",
    "Origin",
    "ParamValue",
    "Point",
    "RandomSplitSpec",
    "RegistrationSpec",
    "RookeryJobsError",
    "RunLayout",
    "ScoringReport",
    "ScoringSpec",
    "SnapshotSpec",
    "SourceSpec",
    "SplitSpec",
    "SweepSpec",
    "catalog_name",
    "check_as_of_column",
    "check_columns",
    "check_dropped_share",
    "check_metric",
    "check_split_key",
    "check_split_sizes",
    "class_of",
    "digest_of",
    "first_ten",
    "instant",
    "manifest_path",
    "model_name_problem",
    "model_version_tag",
    "number",
    "objective_of",
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
    "stripped",
    "sweep_id",
    "unknown_metric",
]
