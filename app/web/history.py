"""The conversation as the browser keeps it: written as places in the article, and believed only where they check.

The server holds no conversation. Each request brings it along, as the page was given it; what comes back may be old, of
another article or forged, so no word of an answer is taken from it: the words are cut from the article anew.
"""

import hashlib
import logging
import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError

from app.answer import Answer, Citation
from index.article import Article

MAX_SAVED_BYTES = 32_000
"""The oldest turns go when a conversation gets longer; some hundred turns fit."""
MAX_TEXT = 2000
MAX_QUOTED = 200_000
"""Characters that the quotes of a conversation may have in all: a forged one must not make the server build more."""
CHANGED = "The article has changed since this was asked. Ask again to read it anew."

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Turn:
    """One question and what became of it: an answer, or a notice where there is none.

    `alone` tells that the question was asked without the turns before it. `key` names the turn among all that were ever
    answered, and `vote` is "up", "down" or "".
    """

    question: str
    answer: Answer | None = None
    notice: str = ""
    alone: bool = False
    key: str = ""
    vote: str = ""


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


Offset = Annotated[int, Field(ge=0)]
Text = Annotated[str, Field(max_length=MAX_TEXT)]


class _Citation(_Record):
    article: Text
    start: Offset
    end: Offset
    quote_start: Offset
    quote_end: Offset


class _Answer(_Record):
    answered: bool
    text: Text
    probability: Annotated[FiniteFloat, Field(ge=0, le=1)]
    standalone: Text
    citations: Annotated[list[_Citation], Field(max_length=100)]
    kind: Literal["fact", "overview", "chat"]


class _Turn(_Record):
    question: Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]
    answer: _Answer | None
    notice: Text
    alone: bool
    key: Annotated[str, Field(pattern=r"^[0-9a-f]{0,32}$")]
    vote: Literal["", "up", "down"]


class _Conversation(_Record):
    version: Literal[1]
    articles: dict[Text, str]
    turns: Annotated[list[_Turn], Field(max_length=1000)]


def dump_turns(turns: Sequence[Turn], articles: Sequence[Article]) -> str:
    """The conversation in JSON, for the browser to keep."""
    cited = {citation.article for turn in turns if turn.answer for citation in turn.answer.citations}
    saved = _Conversation(
        version=1,
        articles={article.name: article_sha256(article) for article in articles if article.name in cited},
        turns=[_saved_turn(turn) for turn in turns],
    )
    return saved.model_dump_json()


def load_turns(saved: str, articles: Sequence[Article]) -> tuple[Turn, ...]:
    """The conversation that `dump_turns` wrote; an empty one where `saved` is anything else.

    A turn that cites what is not in `articles` at that place is left out, and so are the oldest beyond `MAX_QUOTED`;
    one that was answered from an earlier text of its article keeps its question alone.
    """
    if not saved:
        return ()
    try:
        conversation = _Conversation.model_validate_json(saved)
    except ValidationError as error:
        logger.info("the browser's saved conversation is not used: %s", error)
        return ()
    by_name = {article.name: article for article in articles}
    unchanged = {
        name for name, digest in conversation.articles.items()
        if name in by_name and article_sha256(by_name[name]) == digest
    }
    kept: list[Turn] = []
    room = MAX_QUOTED
    for saved_turn in reversed(conversation.turns):
        cited = saved_turn.answer.citations if saved_turn.answer else []
        room -= sum(citation.quote_end - citation.quote_start for citation in cited)
        if room < 0:
            break
        if turn := _turn(saved_turn, by_name, unchanged):
            kept.append(turn)
    return tuple(reversed(kept))


def fitting(turns: Sequence[Turn], articles: Sequence[Article]) -> tuple[Turn, ...]:
    """The newest of `turns` that the browser has room for."""
    def fits(first: int) -> bool:
        return len(dump_turns(turns[first:], articles).encode()) <= MAX_SAVED_BYTES

    first = bisect_left(range(len(turns)), True, key=fits)
    return tuple(turns[min(first, len(turns) - 1) :]) if turns else ()


@cache
def article_sha256(article: Article) -> str:
    """SHA-256 of the article's text in UTF-8."""
    return hashlib.sha256(article.text.encode()).hexdigest()


def _saved_turn(turn: Turn) -> _Turn:
    return _Turn(
        question=turn.question,
        answer=None if turn.answer is None else _saved_answer(turn.answer),
        notice=turn.notice[:MAX_TEXT],
        alone=turn.alone,
        key=turn.key,
        vote=turn.vote,
    )


def _saved_answer(answer: Answer) -> _Answer:
    return _Answer(
        answered=answer.answered,
        text=answer.text[:MAX_TEXT],
        probability=answer.probability,
        standalone=answer.standalone_question[:MAX_TEXT],
        citations=[
            _Citation(
                article=citation.article,
                start=citation.start,
                end=citation.end,
                quote_start=citation.quote_start,
                quote_end=citation.quote_end,
            )
            for citation in answer.citations
        ],
        kind=answer.kind,
    )


def _turn(saved: _Turn, by_name: dict[str, Article], unchanged: set[str]) -> Turn | None:
    if saved.answer is None:
        return Turn(saved.question, notice=saved.notice, alone=saved.alone)
    cited = [citation.article for citation in saved.answer.citations]
    if any(name in by_name and name not in unchanged for name in cited):
        return Turn(saved.question, notice=CHANGED, alone=saved.alone)
    citations = tuple(_citation(citation, by_name.get(citation.article)) for citation in saved.answer.citations)
    chat = saved.answer.kind == "chat"
    if None in citations or chat == bool(citations) or (chat and saved.answer.answered):
        return None
    answer = Answer(
        saved.answer.answered,
        _words(saved.answer, citations),
        saved.answer.probability,
        saved.answer.standalone,
        citations,
        saved.answer.kind,
    )
    return Turn(saved.question, answer, "", saved.alone, saved.key, saved.vote)


def _citation(saved: _Citation, article: Article | None) -> Citation | None:
    """The citation with its words from the article; None where it has no such place."""
    if article is None or not saved.quote_start <= saved.start < saved.end <= saved.quote_end <= len(article.text):
        return None
    section = next((part for part in article.sections if part.start <= saved.start < part.end), None)
    if section is None or saved.quote_start < section.start or saved.quote_end > section.end:
        return None
    return Citation(
        article.name,
        section.title,
        saved.start,
        saved.end,
        article.text[saved.start : saved.end],
        article.text[saved.quote_start : saved.quote_end],
        saved.quote_start,
        saved.quote_end,
    )


def _words(saved: _Answer, citations: Sequence[Citation]) -> str:
    """The answer's text where it is made of nothing but the cited words; those words where it is not."""
    if saved.kind == "chat" or not saved.answered:
        return saved.text if saved.kind == "chat" else ""
    rest = saved.text
    for piece in sorted((piece for c in citations for piece in (c.quote, c.text)), key=len, reverse=True):
        rest = rest.replace(piece, " ")
    return "; ".join(citation.text for citation in citations) if re.search(r"\w", rest) else saved.text
