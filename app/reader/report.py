"""Figures and plots of how sure the reader is: the reliability curve, and risk against coverage."""

import json
from pathlib import Path

import matplotlib
import numpy as np

matplotlib.use("Agg")

from matplotlib import pyplot as plt  # noqa: E402, the backend must be chosen before

from app.reader.calibration import expected_calibration_error, reliability, risk_coverage  # noqa: E402


def write_report(probabilities: np.ndarray, right: np.ndarray, threshold: float, out: Path) -> dict:
    """Write `reliability.png`, `risk_coverage.png` and `report.json` into `out`; returns what the JSON holds."""
    out.mkdir(parents=True, exist_ok=True)
    coverage, risk = risk_coverage(probabilities, right)
    curve = reliability(probabilities, right)
    kept = float((probabilities >= threshold).mean())
    figures = {
        "questions": len(right),
        "threshold": round(threshold, 4),
        "coverage": round(kept, 4),
        "risk": round(float((~right)[probabilities >= threshold].mean()), 4) if kept else 0.0,
        "area_under_risk_coverage": round(float(risk.mean()), 4),
        "expected_calibration_error": round(expected_calibration_error(probabilities, right), 4),
        "reliability": [[round(value, 4) for value in row] for row in curve],
    }
    (out / "report.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    _plot(
        out / "reliability.png", "probability", "share right", [p for _, p, _, _ in curve], [s for _, _, s, _ in curve],
        diagonal=True,
    )
    _plot(out / "risk_coverage.png", "share answered", "share wrong among them", coverage, risk, at=kept)
    return figures


def _plot(path: Path, x_label: str, y_label: str, x, y, diagonal: bool = False, at: float | None = None) -> None:
    figure, axes = plt.subplots(figsize=(4.5, 4), layout="constrained")
    if diagonal:
        axes.plot([0, 1], [0, 1], color="0.7", linestyle="--")
    if at is not None:
        axes.axvline(at, color="0.7", linestyle="--")
    axes.plot(x, y, marker="o" if diagonal else None)
    axes.set(xlabel=x_label, ylabel=y_label, xlim=(0, 1), ylim=(0, 1))
    figure.savefig(path, dpi=120)
    plt.close(figure)
