import json

import numpy as np
import pytest

from app.reader.calibration import risk_coverage
from app.reader.report import write_report

PROBABILITIES = np.array([0.2, 0.9, 0.6, 0.7])
RIGHT = np.array([False, True, True, False])


def test_risk_is_the_share_wrong_among_the_surest():
    coverage, risk = risk_coverage(PROBABILITIES, RIGHT)
    assert coverage == pytest.approx([0.25, 0.5, 0.75, 1.0])
    assert risk == pytest.approx([0.0, 1 / 2, 1 / 3, 1 / 2])


def test_the_report_holds_both_plots_and_the_figures_at_the_threshold(tmp_path):
    figures = write_report(PROBABILITIES, RIGHT, 0.65, tmp_path)
    assert (figures["coverage"], figures["risk"]) == (0.5, 0.5)
    assert json.loads((tmp_path / "report.json").read_text()) == figures
    for name in ("reliability.png", "risk_coverage.png"):
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")
