"""What a row of each class weighs in training."""

from rookery_jobs.contract import Manifest


def class_weights(manifest: Manifest) -> dict[float, float]:
    """Class → weight: as the spec says for its label, or such that all rows of a class together weigh as much
    as those of any other. Nothing if all rows weigh the same."""
    spec = manifest.snapshot
    if not spec.is_weighted:
        return {}
    counts = manifest.class_counts["train"]
    balanced = {label: sum(counts.values()) / (len(counts) * count) for label, count in counts.items()}
    weights = {label: spec.label_weights.get(label, 1.0) for label in counts}
    classes = {label: float(place) for place, label in enumerate(manifest.labels)}
    chosen = weights if spec.label_weights else balanced
    return {classes[label] if classes else float(label): weight for label, weight in chosen.items()}
