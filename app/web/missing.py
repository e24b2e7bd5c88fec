"""What a refusal missed: the question's words that neither the nearest passage nor the article has."""

import re
from collections.abc import Sequence
from functools import cache

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
# Forms that a stemmer does not bring together.
_IRREGULAR = {
    form: Stemmer("english").stemWord(forms.split()[0])
    for forms in (
        "become became", "begin began begun", "break broke broken", "bring brought", "build built", "buy bought",
        "choose chose chosen", "come came", "drink drank drunk", "drive drove driven", "eat ate eaten",
        "fall fell fallen", "fight fought", "find found", "fly flew flown", "get got gotten", "give gave given",
        "go went gone goes", "grow grew grown", "hold held", "keep kept", "know knew known", "lead led",
        "leave left", "lose lost",
        "make made", "meet met", "pay paid", "ride rode ridden", "rise rose risen", "run ran", "see saw seen",
        "sell sold", "send sent", "shoot shot", "show shown", "sing sang sung", "sink sank sunk", "sleep slept",
        "speak spoke spoken", "spend spent", "steal stole stolen", "swim swam swum", "take took taken", "teach taught",
        "think thought", "throw threw thrown", "wake woke woken", "wear wore worn", "win won", "write wrote written",
    )
    for form in forms.split()
}  # fmt: skip
_SMALL = FUNCTION_WORDS | {"article", "say", "says", "said", "tell", "told", "mention", "mentioned"}


def missing(answer: Answer, articles: Sequence[Article]) -> str:
    """A sentence on why `answer`, a refusal, found nothing: what is never mentioned, or what is left open."""
    question = re.findall(r"[^\W_]+(?:['’][^\W_]+)?", answer.standalone_question)
    content = [word for word in question if _lower(word) not in _SMALL and len(word) > 1]
    asked = {_stem(word): re.sub("['’]s$", "", word) for word in reversed(content)}
    subject = "The article never mentions" if len(articles) == 1 else "The articles never mention"
    nowhere = [word for stem, word in asked.items() if not any(stem in _article_stems(a) for a in articles)][::-1]
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
    stem = Stemmer("english").stemWord(_lower(word))
    return _IRREGULAR.get(_lower(word), _IRREGULAR.get(stem, stem))


@cache
def _article_stems(article: Article) -> frozenset[str]:
    return _stems(article.text)


def _stems(text: str) -> frozenset[str]:
    return frozenset(map(_stem, {_lower(word) for word in re.findall(r"[^\W_]+(?:['’][^\W_]+)?", text)}))
