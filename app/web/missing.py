"""What a refusal missed: the question's words that neither the nearest passage nor the article has."""

import re
from collections.abc import Sequence
from functools import lru_cache

from Stemmer import Stemmer

from app.answer import Answer
from app.words import FUNCTION_WORDS
from index.article import Article

MAX_WORDS = 4
_ASKS_FOR = {
    "who": "who it was",
    "whom": "who it was",
    "whose": "whose it was",
    "when": "when it was",
    "where": "where it was",
    "why": "why",
    "how": "how",
}
_SMALL = FUNCTION_WORDS | {"article", "say", "says", "said", "tell", "told", "mention", "mentioned"}


def missing(answer: Answer, articles: Sequence[Article]) -> str:
    """A sentence on why `answer`, a refusal, found nothing: what is never mentioned, or what is left open."""
    question = re.findall(r"[^\W_]+(?:['’][^\W_]+)?", answer.standalone_question)
    asked = {_stem(word): word for word in reversed(question) if _lower(word) not in _SMALL and len(word) > 1}
    subject = "The article never mentions" if len(articles) == 1 else "The articles never mention"
    nowhere = [word for stem, word in asked.items() if not any(stem in _stems(a.text) for a in articles)][::-1]
    if nowhere:
        return f"{subject} {_listed(nowhere[:MAX_WORDS])}."
    near = _stems(" ".join(citation.quote for citation in answer.citations))
    not_near = [word for stem, word in asked.items() if stem not in near][::-1]
    if not_near:
        return f"The nearest passage does not speak of {_listed(not_near[:MAX_WORDS])}."
    asks = next((_ASKS_FOR[_lower(word)] for word in question if _lower(word) in _ASKS_FOR), "")
    return f"The nearest passage speaks of it, but does not say {asks or 'what was asked'}."


def _listed(words: Sequence[str]) -> str:
    quoted = [f"“{word}”" for word in words]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def _lower(word: str) -> str:
    return word.casefold().replace("’", "'").removesuffix("'s")


def _stem(word: str) -> str:
    return Stemmer("english").stemWord(_lower(word))


@lru_cache(maxsize=64)
def _stems(text: str) -> frozenset[str]:
    words = {_lower(word) for word in re.findall(r"[^\W_]+(?:['’][^\W_]+)?", text)}
    return frozenset(Stemmer("english").stemWords(list(words)))
