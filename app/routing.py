"""What kind of turn a question is, by the nearest labelled phrasing in the embedding space."""

import re
from functools import lru_cache
from pathlib import Path

import numpy as np

from index.encoder import Encoder

PHRASINGS = Path(__file__).parent / "phrasings.tsv"
"""Lines of a route, a tab and a phrasing of it."""
FACT = "fact"
REPLIES = {
    "hello": "Hello! Ask me anything about the article; I answer in its own words.",
    "thanks": "Glad to help. Ask on whenever you like.",
    "bye": "Goodbye! Come back any time.",
    "help": "I find the words of the article that answer a question. When it does not say, I tell you.",
    "talk": "I am only good at questions about the article. Try one!",
}
"""The routes that ask nothing of the article, with what is said to them."""
MIN_SIMILARITY = {"more": 0.6, "ending": 0.8, "about": 0.66, "plot": 0.66, "cast": 0.6, "awards": 0.6}
"""Cosine to the nearest phrasing from which a question takes its route; a miss costs more where facts sound alike."""
CHAT_SIMILARITY = 0.45
MARGIN = 0.05
"""And by so much it must be nearer than the nearest phrasing of a plain fact."""


class Router:
    """Cheap to construct; `load` embeds the phrasings, in about a second."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._routes: list[str] = []
        self._vectors = np.empty((0, encoder.dimension), dtype=np.float32)
        # The turns of a conversation are asked about again with every new one.
        self._cached = lru_cache(maxsize=1024)(self._route)

    def load(self) -> None:
        """Read and embed the phrasings."""
        if self._routes:
            return
        lines = PHRASINGS.read_text(encoding="utf-8").splitlines()
        routes, phrasings = zip(*(line.split("\t") for line in lines))
        self._vectors = self._encoder.encode([_plain(phrasing) for phrasing in phrasings])
        self._routes = list(routes)

    def route(self, question: str, title: str = "") -> str:
        """The route of `question`; `FACT` whenever that is in doubt. `title` in it is read as "the film"."""
        if title:
            question = re.sub(rf"\b{re.escape(title)}\b", "the film", question, flags=re.IGNORECASE)
        return self._cached(_plain(question))

    def _route(self, plain: str) -> str:
        self.load()
        best: dict[str, float] = {}
        for route, similarity in zip(self._routes, (self._vectors @ self._encoder.encode([plain])[0]).tolist()):
            best[route] = max(similarity, best.get(route, -1.0))
        route = max(best, key=lambda each: best[each])
        needed = MIN_SIMILARITY.get(route, CHAT_SIMILARITY)
        return route if route != FACT and best[route] >= max(needed, best[FACT] + MARGIN) else FACT


def _plain(text: str) -> str:
    return text.lower().strip(" ?!.")
