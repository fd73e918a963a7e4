"""Whether a challenger may take the champion's place, and why."""

from dataclasses import dataclass

from rookery_jobs.contract.documents import Document


@dataclass(frozen=True)
class Decision(Document):
    """`promoted`: it may. `champion` is the version that it was compared with ("": there is none).

    Without a comparison `why` says why there is none. Otherwise `challenger_value` and `champion_value` are
    the `metric` of both on the same test rows, and `low` to `high` is the interval of the challenger's
    improvement, which is positive where it is the better one, at this `confidence`.
    """

    promoted: bool
    champion: str = ""
    why: str = ""
    metric: str = ""
    challenger_value: float = 0.0
    champion_value: float = 0.0
    low: float = 0.0
    high: float = 0.0
    confidence: float = 0.0
    min_improvement: float = 0.0

    @property
    def words(self) -> str:
        """The decision and its reason in a sentence."""
        if not self.champion:
            return f"promoted: {self.why}"
        done = f"in place of version {self.champion}" if self.promoted else f"kept version {self.champion}"
        if self.why:
            done = f"promoted {done}" if self.promoted else done
            return f"{done}, which cannot be compared: {self.why}"
        return (
            f"{done}: {self.metric} {self.challenger_value:.6g} against {self.champion_value:.6g}, interval "
            f"of the improvement {self.low:+.4f} … {self.high:+.4f} at {self.confidence:.4g}, "
            f"{self.min_improvement:g} or more is asked"
        )


def decision_path(registration_path: str) -> str:
    """The file of a Decision, beside that of its RegistrationSpec."""
    return f"{registration_path.removesuffix('.json')}-decision.json"
