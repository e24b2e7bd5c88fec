"""The reader: a question and passages → scored spans. The only importer of the inference runtime."""

import os
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Encoding, Tokenizer

from app.answer import Span
from app.reader.spans import best_spans

WEIGHTS = Path(__file__).parent / "weights"
MAX_TOKENS = 256
"""Longest window, question and special word pieces included; a longer passage is read in several."""
STRIDE_TOKENS = 64
"""Word pieces that neighbouring windows of one passage share."""
MAX_QUESTION_TOKENS = 64
MAX_THREADS = 4


class ReaderError(RuntimeError):
    """The reader's weights are missing or broken."""


class Reader:
    """An extractive question-answering model in ONNX. Cheap to construct; `load` takes a fraction of a second."""

    def __init__(self, weights: Path = WEIGHTS) -> None:
        self._weights = weights
        self._session: onnxruntime.InferenceSession | None = None
        self._tokenizer: Tokenizer | None = None
        self._question_tokenizer: Tokenizer | None = None

    def load(self) -> None:
        """Load model and tokenizer. Raises ReaderError."""
        if self._session is not None:
            return
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = min(MAX_THREADS, os.cpu_count() or 1)
        # Spinning threads would take the cores from the encoder, which runs just before.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        for name in ("model.onnx", "tokenizer.json"):
            if not (self._weights / name).is_file():
                raise ReaderError(f"{self._weights / name} is missing; install the program again")
        tokenizer_file = str(self._weights / "tokenizer.json")
        try:
            tokenizer, question_tokenizer = Tokenizer.from_file(tokenizer_file), Tokenizer.from_file(tokenizer_file)
            session = onnxruntime.InferenceSession(
                str(self._weights / "model.onnx"), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # both libraries raise bare Exception subclasses of their own
            raise ReaderError(f"the reader's weights in {self._weights} cannot be loaded ({error})") from error
        tokenizer.enable_padding()
        tokenizer.enable_truncation(MAX_TOKENS, stride=STRIDE_TOKENS, strategy="only_second")
        question_tokenizer.no_padding()
        question_tokenizer.enable_truncation(MAX_QUESTION_TOKENS)
        self._tokenizer, self._question_tokenizer, self._session = tokenizer, question_tokenizer, session

    def read(self, question: str, passages: list[str]) -> list[Span]:
        """The best spans of all `passages`, the highest score first; none when nothing can be an answer."""
        self.load()
        question = self._shorten(question)
        windows: list[tuple[int, Encoding]] = []
        for number, encoding in enumerate(self._tokenizer.encode_batch([(question, text) for text in passages])):
            windows += [(number, window) for window in (encoding, *encoding.overflowing)]
        if not windows:
            return []
        start_logits, end_logits = self._logits([window for _, window in windows])
        context_mask = np.array([[sequence == 1 for sequence in window.sequence_ids] for _, window in windows])
        spans = []
        for token_span in best_spans(start_logits, end_logits, context_mask):
            number, window = windows[token_span.window]
            start, end = window.offsets[token_span.first][0], window.offsets[token_span.last][1]
            spans.append(Span(number, start, end, token_span.score, token_span.log_probability))
        return spans

    def _logits(self, windows: list[Encoding]) -> tuple[np.ndarray, np.ndarray]:
        """Start and end logits: float32 arrays with shape [windows, tokens]."""
        width = max(len(window.ids) for window in windows)
        feed = {
            "input_ids": np.zeros((len(windows), width), dtype=np.int64),
            "attention_mask": np.zeros((len(windows), width), dtype=np.int64),
            "token_type_ids": np.zeros((len(windows), width), dtype=np.int64),
        }
        for row, window in enumerate(windows):
            length = len(window.ids)
            feed["input_ids"][row, :length] = window.ids
            feed["attention_mask"][row, :length] = window.attention_mask
            feed["token_type_ids"][row, :length] = window.type_ids
        return self._session.run(["start_logits", "end_logits"], feed)

    def _shorten(self, question: str) -> str:
        """The question's first word pieces, so that passages keep most of the window."""
        pieces = self._question_tokenizer.encode(question, add_special_tokens=False)
        return question[: pieces.offsets[-1][1]] if pieces.overflowing else question
