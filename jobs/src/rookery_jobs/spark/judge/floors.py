"""What every class must have by itself."""

from collections import defaultdict
from typing import Any

from rookery_jobs.contract import first_ten
from rookery_jobs.errors import RegistrationError
from rookery_jobs.spark.objectives.classification.evaluation import confusion_matrix
from rookery_jobs.spark.snapshot import Snapshot


def require_recalls(pipeline: Any, snapshot: Snapshot, floor: float) -> None:
    """Raise RegistrationError for classes of which the model finds a smaller share of the test rows."""
    if not floor:
        return
    confusion = confusion_matrix(pipeline.transform(snapshot.side("test")), snapshot.spec.label_column)
    labelled: dict[float, int] = defaultdict(int)
    for (label, _), count in confusion.items():
        labelled[label] += count
    recalls = {label: confusion.get((label, label), 0) / labelled[label] for label in sorted(labelled)}
    missed = [f"{_named(label, snapshot)} ({value:.4g})" for label, value in recalls.items() if value < floor]
    if missed:
        raise RegistrationError(
            f"the recall of the class {first_ten(missed)} on the test rows is below min_class_recall "
            f"{floor:g}, so no version is registered"
        )


def _named(label: float, snapshot: Snapshot) -> str:
    labels = snapshot.manifest.labels
    return labels[int(label)] if labels else f"{label:g}"
