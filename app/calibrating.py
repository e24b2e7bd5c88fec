"""Fit the reader's calibration on whole articles, through retrieval, as the program will be asked."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from app.evaluation import best_text, is_right, with_pipelines
from app.pipeline import Pipeline
from app.reader.calibration import Calibration, expected_calibration_error, features, fit, reliability
from app.reader.model import Reader
from app.reader.records import Record
from index.article import parse
from index.encoder import Encoder
from index.store import build_index

FOLDS = 5
REFUSED_SHARE = 6 / 7
"""A wrong answer costs more trust than a missed one, so few are risked: one in seven on what an article leaves out."""


def calibrate(records: Sequence[Record], reader: Reader, folder: Path) -> dict:
    """Fit on `records`, whose contexts are articles that the reader was not trained on, and save in `folder`.

    The refusal threshold is the lowest at which `REFUSED_SHARE` of the questions without an answer are refused. Returns
    the figures, with the calibration error of folds of articles that the fit had not seen.
    """
    inputs, right = judge(records, reader)
    answerable = np.array([bool(record.golds) for record in records])
    unseen = np.empty(len(records))
    groups = sorted({record.group for record in records})
    fold_of = np.array([groups.index(record.group) % FOLDS for record in records])
    for fold in range(FOLDS):
        inside = fold_of == fold
        unseen[inside] = fit(inputs[~inside], right[~inside], 0.0).probability(inputs[inside])
    threshold, share_right, share_refused = _choose(unseen, right, answerable)
    folder.mkdir(parents=True, exist_ok=True)
    fit(inputs, right, threshold).save(folder)
    return {
        "questions": len(records),
        "threshold": round(threshold, 4),
        "right": round(100 * share_right, 1),
        "refused": round(100 * share_refused, 1),
        "expected_calibration_error": round(expected_calibration_error(unseen, right), 4),
        "reliability": [[round(value, 3) for value in row] for row in reliability(unseen, right)],
    }


def judge(records: Sequence[Record], reader: Reader) -> tuple[np.ndarray, np.ndarray]:
    """Features of each record's best candidate, float64 array [records, features], and whether it is right, bool.

    A follow-up is asked as it was typed, after its history.
    """
    # Before the encoder, which tells the libraries that they are offline: another reader may come from a hub.
    reader.load()
    encoder = Encoder()
    first = build_index([parse(records[0].context, records[0].group)], encoder)
    pipeline = Pipeline(first, encoder, reader, Calibration((0.0, 0.0, 0.0), 0.0, 0.0))
    inputs, right = [], []
    for record, over_context in with_pipelines(records, pipeline):
        candidates = over_context.reading(record.typed, record.history).candidates
        spans = [candidate.span for candidate in candidates] + [None]
        inputs.append(features(spans[0], spans[1]))
        right.append(is_right(best_text(candidates), record))
    return np.array(inputs), np.array(right)


def _choose(probabilities: np.ndarray, right: np.ndarray, answerable: np.ndarray) -> tuple[float, float, float]:
    """`(threshold, share right, share refused)`: the lowest threshold that refuses `REFUSED_SHARE`."""
    for threshold in np.unique(probabilities):
        answered = probabilities >= threshold
        share_refused = 1 - answered[~answerable].mean()
        if share_refused >= REFUSED_SHARE:
            break
    return float(threshold), float((right & answered)[answerable].mean()), float(share_refused)
