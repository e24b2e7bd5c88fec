"""Question → ranked passages: nearest vectors and shared words, fused."""

import logging
from dataclasses import dataclass

import bm25s
import numpy as np
import Stemmer

from index.encoder import Encoder
from index.passage import Passage, in_context
from index.store import Index

RRF_K = 60
"""k of reciprocal rank fusion, as in Cormack, Clarke and Büttcher, SIGIR 2009: score = Σ 1 / (k + rank)."""

# bm25s sets its logger to DEBUG, so that its notes on building reach every program that has a log handler.
logging.getLogger("bm25s").setLevel(logging.WARNING)


@dataclass(frozen=True)
class Hit:
    """`score` is the fused one, at most 2 / (RRF_K + 1): it ranks the passages of one question, and says no more."""

    passage: Passage
    score: float


class Retriever:
    """Ranks an index's passages by inner product (FAISS) and by BM25, and fuses the two rankings."""

    def __init__(self, index: Index, encoder: Encoder) -> None:
        self._index = index
        self._encoder = encoder
        self._bm25: bm25s.BM25 | None = None
        tokens = _tokens(in_context(index.passages, {article.name: article.title for article in index.articles}))
        if any(tokens):
            self._bm25 = bm25s.BM25()
            self._bm25.index(tokens, create_empty_token=False, show_progress=False)

    def retrieve(self, question: str, count: int) -> list[Hit]:
        """The `count` best passages (all where there are fewer), best first; of equals, the nearer vector's first."""
        if count < 1:
            raise ValueError(f"count must be at least 1, got {count}")
        passages = self._index.passages
        dense = [row for row, _ in self._index.search(self._encoder.encode([question])[0], len(passages))]
        scores = np.zeros(len(passages))
        for ranking in (dense, self._lexical(question)):
            scores[ranking] += 1 / (RRF_K + np.arange(1, len(ranking) + 1))
        best = sorted(dense, key=lambda row: -scores[row])[:count]
        return [Hit(passages[row], float(scores[row])) for row in best]

    def _lexical(self, question: str) -> list[int]:
        """Rows of the passages that share a word with `question`, highest BM25 score first."""
        [tokens] = _tokens([question])
        if self._bm25 is None or not tokens:
            return []
        scores = self._bm25.get_scores(tokens)
        rows = np.argsort(-scores, kind="stable")
        return rows[scores[rows] > 0].tolist()


def _tokens(texts: list[str]) -> list[list[str]]:
    """Stems of each text's words, without English stopwords; the same for passages and questions."""
    stemmer = Stemmer.Stemmer("english")
    return bm25s.tokenize(texts, stopwords="english", stemmer=stemmer, return_ids=False, show_progress=False)
