"""Plans that several tests declare."""

from typing import Any

from rookery import BatchScoring, TrainingPlan

PENGUINS: dict[str, Any] = {
    "source": {"url": "data/penguins.csv"},
    "features": {"categorical": ["Island"], "numeric": ["CulmenLength", "BodyMass"]},
    "label": "Species",
    "split": {"seed": 42},
    "sweep": [{"algorithm": "LogisticRegression", "grid": {"maxIter": [5, 10], "regParam": [0.1, 0.5]}}],
    "registry": {"registered_model_name": "Penguin Predictor"},
    "endpoint": {"name": "predict-penguin"},
}

PLAN = TrainingPlan.model_validate(
    {
        "source": {"url": "data/penguins.csv", "allowed_hosts": ["files.test"]},
        "features": {"categorical": ["Island"], "numeric": ["BodyMass"]},
        "label": "Species",
        "split": {"seed": 42},
        "sweep": [{"algorithm": "LogisticRegression", "grid": {"maxIter": [5, 10], "regParam": [0.1]}}],
        "gates": [{"metric": "accuracy", "threshold": 0.9}],
        "registry": {"registered_model_name": "Penguin Predictor"},
        "endpoint": {"name": "predict-penguin"},
    }
)

SCORING = BatchScoring(
    registered_model_name="Penguin Predictor",
    input_path="dbfs:/in",
    output_path="dbfs:/out",
    data_root="dbfs:/rookery",
)
