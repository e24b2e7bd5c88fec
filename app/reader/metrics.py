"""Exact match and F1 as SQuAD 2.0 defines them (Rajpurkar et al. 2018 and its official evaluation script)."""

import re
import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


@dataclass(frozen=True)
class Prediction:
    """One question's best text, whatever the threshold, its probability, and the gold texts (none: no answer)."""

    text: str
    probability: float
    golds: tuple[str, ...]


def normalise(text: str) -> list[str]:
    """Lower-case words without punctuation and articles."""
    return _ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split()


def exact_match(text: str, golds: Sequence[str]) -> float:
    return float(any(normalise(text) == normalise(gold) for gold in golds or ("",)))


def f1(text: str, golds: Sequence[str]) -> float:
    """Harmonic mean of word precision and recall against the closest gold text."""
    return max(_f1(normalise(text), normalise(gold)) for gold in golds or ("",))


def _f1(words: list[str], gold: list[str]) -> float:
    if not words or not gold:
        return float(words == gold)
    common = sum((Counter(words) & Counter(gold)).values())
    if common == 0:
        return 0.0
    precision, recall = common / len(words), common / len(gold)
    return 2 * precision * recall / (precision + recall)


def summarise(predictions: Sequence[Prediction], threshold: float) -> dict[str, float]:
    """The figures in percent, predictions below `threshold` taken as refusals; absent where no question is of the kind.

    `has_answer_f1_unrefused` is what has_answer_f1 would be if nothing were refused.
    """
    kept = [p.text if p.probability >= threshold else "" for p in predictions]
    scores = np.array([f1(text, p.golds) for text, p in zip(kept, predictions)])
    exact = np.array([exact_match(text, p.golds) for text, p in zip(kept, predictions)])
    answerable = np.array([bool(p.golds) for p in predictions])
    figures = {"questions": len(predictions), "exact_match": _percent(exact), "f1": _percent(scores)}
    if answerable.any():
        figures["has_answer_exact_match"] = _percent(exact[answerable])
        figures["has_answer_f1"] = _percent(scores[answerable])
        unrefused = np.array([f1(p.text, p.golds) for p in predictions])
        figures["has_answer_f1_unrefused"] = _percent(unrefused[answerable])
    if not answerable.all():
        figures["no_answer_accuracy"] = _percent(scores[~answerable])
    return figures


def best_f1(predictions: Sequence[Prediction]) -> tuple[float, float]:
    """The highest F1 that any threshold gives, in percent, and the lowest such threshold."""
    order = sorted(predictions, key=lambda p: p.probability)
    answered = np.array([f1(p.text, p.golds) for p in order])
    refused = np.array([f1("", p.golds) for p in order])
    # With the threshold at order[i], the questions before it are refused and the rest answered.
    totals = np.concatenate([[0.0], refused.cumsum()]) + np.concatenate([answered[::-1].cumsum()[::-1], [0.0]])
    best = int(totals.argmax())
    threshold = order[best].probability if best < len(order) else 1.0
    return 100 * totals[best] / len(order), threshold


def _percent(values: np.ndarray) -> float:
    return round(100 * float(values.mean()), 2)
