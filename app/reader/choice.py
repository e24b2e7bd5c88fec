"""Which reader answers: the one that ships, or another in the transformers layout, each with its calibration."""

import logging
import re
from pathlib import Path

from platformdirs import user_data_path

from app.reader.calibration import FILE_NAME, Calibration, load_calibration
from app.reader.model import WEIGHTS, Reader, TransformersReader

UNCALIBRATED = Calibration(weights=(1.0, 0.0, 0.0), bias=0.0, threshold=0.5)
"""Takes the score, which is the log of the odds of the span against no answer, at its word."""

logger = logging.getLogger(__name__)


def open_reader(name: str) -> tuple[Reader, Calibration]:
    """The reader of that folder or hub name, not yet loaded, and its calibration; "" is the one that ships."""
    if not name:
        return Reader(), load_calibration(WEIGHTS)
    folder = calibration_folder(name)
    if not (folder / FILE_NAME).is_file():
        logger.warning("the reader %s is not calibrated; run `python -m app.reader calibrate --reader %s`", name, name)
        return TransformersReader(name), UNCALIBRATED
    return TransformersReader(name), load_calibration(folder)


def calibration_folder(name: str) -> Path:
    """Where the calibration of that reader is kept: beside the weights that ship, or in the user's data folder."""
    if not name:
        return WEIGHTS
    name = str(Path(name).resolve()) if Path(name).exists() else name
    return user_data_path("ask-the-film", appauthor=False) / "readers" / re.sub(r"\W+", "-", name).strip("-")
