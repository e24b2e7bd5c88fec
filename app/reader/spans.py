"""Span selection in plain numpy: logits in, the best valid spans out. Knows no model."""

from dataclasses import dataclass

import numpy as np

MAX_ANSWER_TOKENS = 30
SPANS_PER_WINDOW = 3
NO_ANSWER = -1


@dataclass(frozen=True)
class TokenSpan:
    """Word pieces `first` to `last` (both inclusive) of window `window`.

    `score` is start logit + end logit − null score, the log of the odds of the span against no answer in its window
    (Devlin et al. 2019, section 4.3). `log_probability` is the log of start probability × end probability, each over
    the window's context and [CLS].
    """

    window: int
    first: int
    last: int
    score: float
    log_probability: float


def best_spans(
    start_logits: np.ndarray,
    end_logits: np.ndarray,
    segments: np.ndarray,
    max_tokens: int = MAX_ANSWER_TOKENS,
    count: int = SPANS_PER_WINDOW,
) -> list[TokenSpan]:
    """The `count` best spans of each window that do not overlap one another, the best of all first.

    `start_logits`, `end_logits`: float arrays with shape [windows, tokens]; `segments`: int array of that shape, the
    number of the sentence that a word piece stands in, NO_ANSWER where none may stand. Column 0 is [CLS], whose logits
    are the null score. A span lies in one sentence, has first <= last and at most `max_tokens` word pieces. Raises
    ValueError when the shapes disagree.
    """
    if not start_logits.shape == end_logits.shape == segments.shape:
        raise ValueError(
            "start_logits, end_logits and segments must have one shape, "
            f"got {start_logits.shape}, {end_logits.shape} and {segments.shape}"
        )
    spans = []
    for window, (starts, ends, sentences) in enumerate(zip(start_logits, end_logits, segments)):
        (places,) = np.nonzero(sentences != NO_ANSWER)
        if places.size == 0:
            continue
        null_score = starts[0] + ends[0]
        normaliser = _log_sum_exp(np.append(starts[places], starts[0])) + _log_sum_exp(np.append(ends[places], ends[0]))
        for first, last in _best_pairs(starts[places], ends[places], sentences[places], max_tokens, count):
            joint = starts[places[first]] + ends[places[last]]
            spans.append(
                TokenSpan(
                    window, int(places[first]), int(places[last]), float(joint - null_score), float(joint - normaliser)
                )
            )
    return sorted(spans, key=lambda span: -span.score)


def _best_pairs(
    starts: np.ndarray, ends: np.ndarray, sentences: np.ndarray, max_tokens: int, count: int
) -> list[tuple[int, int]]:
    """Greedy by joint score: each pair taken bars all pairs that overlap it."""
    size = len(starts)
    joint = starts[:, None] + ends[None, :]  # shape: (start, end)
    valid = np.triu(np.ones((size, size), dtype=bool)) & ~np.triu(np.ones((size, size), dtype=bool), k=max_tokens)
    joint = np.where(valid & (sentences[:, None] == sentences[None, :]), joint, -np.inf)
    pairs = []
    while len(pairs) < count:
        first, last = divmod(int(joint.argmax()), size)
        if joint[first, last] == -np.inf:
            break
        pairs.append((first, last))
        joint[: last + 1, first:] = -np.inf
    return pairs


def _log_sum_exp(values: np.ndarray) -> float:
    peak = values.max()
    return float(peak + np.log(np.exp(values - peak).sum()))
