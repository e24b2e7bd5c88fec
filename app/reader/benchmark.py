"""The shipped int8 reader beside the same weights in float32 torch: time, word pieces a second, answers that agree."""

import os
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from transformers import AutoModelForQuestionAnswering, AutoTokenizer

from app.reader.export import shipped_weights
from app.reader.model import WEIGHTS, Reader, TransformersReader
from app.reader.records import Record
from index.encoder import model_folder

PASSAGES = 8
"""Contexts read with each question, as the program does."""
MATRIX_WEIGHTS = 6 * (4 * 384 * 384 + 2 * 384 * 1536)
"""Of the six layers' matrices: query, key, value and output of attention, and the two of the feed-forward network."""


def unpack(out: Path) -> None:
    """Write the shipped weights into `out` in the transformers layout, float32, for this and for other programs."""
    model = AutoModelForQuestionAnswering.from_pretrained(model_folder(), attn_implementation="eager")
    model.load_state_dict(shipped_weights(WEIGHTS, model))
    model.save_pretrained(out)
    AutoTokenizer.from_pretrained(model_folder()).save_pretrained(out)


def benchmark(records: Sequence[Record]) -> dict:
    """Read each question beside its own context for agreement, and beside `PASSAGES` contexts for time.

    `matmul_share` is the share of the machine's float32 matrix product speed, measured beside it, at 2 operations for
    each weight of the encoder and word piece; int8 may exceed 1.
    """
    threads = min(os.cpu_count() or 1, torch.get_num_threads())
    with tempfile.TemporaryDirectory() as folder:
        unpack(Path(folder))
        readers = {"int8": Reader(), "float32": TransformersReader(folder)}
        seconds = {}
        for name, reader in readers.items():
            started = time.perf_counter()
            reader.load()
            seconds[name] = time.perf_counter() - started
    agreeing = [_best(readers["int8"], record) == _best(readers["float32"], record) for record in records]
    questions = [
        (records[first].question, [record.context for record in records[first : first + PASSAGES]])
        for first in range(0, len(records) - PASSAGES + 1, PASSAGES)
    ]
    times: dict[str, list[float]] = {name: [] for name in readers}
    for question, passages in questions:
        # In turn, so that a busy machine slows both alike.
        for name, reader in readers.items():
            times[name].append(_timed(lambda reader=reader: reader.read(question, passages)))  # noqa: B023
    pieces = sum(
        len(window.ids)
        for question, passages in questions
        for _, window in readers["int8"].windows(question, passages)
    )
    operations = 2 * MATRIX_WEIGHTS * pieces / sum(times["int8"])
    median = {name: float(np.median(each)) for name, each in times.items()}
    return {
        "questions": len(questions),
        "threads": threads,
        "int8_load_ms": round(1000 * seconds["int8"], 1),
        "int8_median_ms": round(1000 * median["int8"], 1),
        "float32_median_ms": round(1000 * median["float32"], 1),
        "speed_ratio": round(median["float32"] / median["int8"], 2),
        "int8_word_pieces_per_second": round(pieces / sum(times["int8"])),
        "matmul_share": round(operations / _matmul_speed(), 2),
        "same_answer_percent": round(100 * float(np.mean(agreeing)), 1),
    }


def _best(reader: Reader, record: Record) -> tuple[int, int] | None:
    spans = reader.read(record.question, [record.context])
    return (spans[0].start, spans[0].end) if spans else None


def _timed(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def _matmul_speed() -> float:
    """Operations a second of float32 products of the size that the reader's widest layer has for a full batch."""
    left, right = torch.randn(1024, 384), torch.randn(384, 1536)
    return 2 * 1024 * 384 * 1536 / min(_timed(lambda: left @ right) for _ in range(50))
