"""Scores → the probability that the answer is right, and the probability below which the program refuses."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from app.answer import Span

FILE_NAME = "calibration.json"
MISSING_RIVAL = -20.0
"""The runner-up's score where there is no other candidate."""


@dataclass(frozen=True)
class Calibration:
    """Logistic regression on the features of a question's best span (Platt 1999, with several inputs).

    A question is refused when its probability is below `threshold`.
    """

    weights: tuple[float, ...]
    bias: float
    threshold: float

    def probability(self, features: np.ndarray) -> np.ndarray:
        """Probability that the best span is right. `features`: float array [questions, features] → [questions]."""
        return 1 / (1 + np.exp(-(features @ np.array(self.weights) + self.bias)))

    def save(self, folder: Path) -> None:
        (folder / FILE_NAME).write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")


def load_calibration(folder: Path) -> Calibration:
    """Read what `Calibration.save` wrote. Raises ValueError that names the file."""
    path = folder / FILE_NAME
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        return Calibration(tuple(fields["weights"]), fields["bias"], fields["threshold"])
    except FileNotFoundError as error:
        raise ValueError(f"{path} is missing; run `python -m app.reader calibrate`") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path} is not a calibration ({error!r}); run `python -m app.reader calibrate`") from error


def features(span: Span, rival: Span | None) -> np.ndarray:
    """What the probability is read from: float64 array [3].

    The score against the null score, the log probability, and the lead over the best span elsewhere.
    """
    rival_score = MISSING_RIVAL if rival is None else rival.score
    return np.array([span.score, span.log_probability, max(span.score - rival_score, 0.0)])


def fit(inputs: np.ndarray, right: np.ndarray, threshold: float) -> Calibration:
    """Fit on dev questions. `inputs`: float array [questions, features]; `right`: bool array [questions]."""
    # Only fitting needs it.
    from sklearn.linear_model import LogisticRegression

    spread = inputs.std(axis=0)
    model = LogisticRegression(C=1.0).fit(inputs / spread, right)
    return Calibration(tuple(map(float, model.coef_[0] / spread)), float(model.intercept_[0]), threshold)


def expected_calibration_error(probabilities: np.ndarray, right: np.ndarray, bins: int = 10) -> float:
    """Mean distance between probability and share right over equal-width bins, weighted by size (Guo et al. 2017)."""
    error = 0.0
    for _, mean_probability, share_right, count in reliability(probabilities, right, bins):
        error += count / len(right) * abs(mean_probability - share_right)
    return error


def reliability(probabilities: np.ndarray, right: np.ndarray, bins: int = 10) -> list[tuple[float, float, float, int]]:
    """The reliability curve: `(bin's lower edge, mean probability, share right, questions)` of each bin in use."""
    bin_of = np.minimum((probabilities * bins).astype(int), bins - 1)
    curve = []
    for number in range(bins):
        inside = bin_of == number
        if inside.any():
            curve.append(
                (number / bins, float(probabilities[inside].mean()), float(right[inside].mean()), int(inside.sum()))
            )
    return curve


def risk_coverage(probabilities: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Share of questions answered and share of wrong ones among them, for each threshold (El-Yaniv and Wiener 2010).

    `probabilities`: float array [questions]; `right`: bool array [questions], False too where there is no answer.
    Returns two float arrays [questions], from the surest question alone to all of them.
    """
    order = np.argsort(-probabilities, kind="stable")
    answered = np.arange(1, len(order) + 1)
    return answered / len(order), np.cumsum(~right[order]) / answered
