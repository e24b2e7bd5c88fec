import numpy as np
import pytest

from app.answer import Span
from app.reader.calibration import (
    Calibration,
    expected_calibration_error,
    features,
    fit,
    load_calibration,
    reliability,
)


def span(score: float, log_probability: float = -1.0) -> Span:
    return Span(0, 0, 1, score, log_probability)


def test_a_rival_close_behind_shortens_the_lead():
    alone, beside_rival = features(span(5.0), None), features(span(5.0), span(4.5))
    assert beside_rival[2] == pytest.approx(0.5)
    assert alone[2] > beside_rival[2]


def test_fitting_finds_the_probabilities_that_made_the_labels():
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(4000, 3))
    true = Calibration((2.0, 0.5, -1.0), 0.3, 0.5)
    right = rng.random(4000) < true.probability(inputs)
    fitted = fit(inputs, right, threshold=0.5)
    assert fitted.weights == pytest.approx(true.weights, abs=0.25)
    assert expected_calibration_error(fitted.probability(inputs), right) < 0.03


def test_the_error_is_the_distance_between_probability_and_share_right():
    probabilities = np.full(10, 0.9)
    right = np.array([True] * 6 + [False] * 4)
    assert expected_calibration_error(probabilities, right) == pytest.approx(0.3)


def test_the_reliability_curve_has_the_bins_in_use():
    curve = reliability(np.array([0.05, 0.95, 1.0]), np.array([False, True, False]))
    assert curve == [(0.0, pytest.approx(0.05), 0.0, 1), (0.9, pytest.approx(0.975), 0.5, 2)]


def test_a_calibration_is_read_as_it_was_saved(tmp_path):
    calibration = Calibration((1.0, 2.0, 3.0), -0.5, 0.4)
    calibration.save(tmp_path)
    assert load_calibration(tmp_path) == calibration


def test_a_broken_calibration_file_is_named_with_its_remedy(tmp_path):
    (tmp_path / "calibration.json").write_text('{"weights": [1.0]}')
    with pytest.raises(ValueError, match="calibration.json.*python -m app.reader calibrate"):
        load_calibration(tmp_path)


def test_a_missing_calibration_file_is_named_as_missing(tmp_path):
    with pytest.raises(ValueError, match="calibration.json is missing; run"):
        load_calibration(tmp_path)
