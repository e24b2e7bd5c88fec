"""Questions to ask next: made from what the article names, and kept where the program answers them surely.

A candidate has two phrasings. It is kept when the first gets a very sure answer of the right sort (a name to "who", a
date to "when"), when the second gets the same words, and when the answer does not tell the plot.
"""

import logging
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Condition, Thread
from typing import TYPE_CHECKING

from app.answer import Answer, Citation
from app.web.history import Turn
from app.web.render import VERY_SURE, tells_the_plot
from app.words import FUNCTION_WORDS, MONTHS
from index.article import Article

if TYPE_CHECKING:
    from app.pipeline import Pipeline

ENOUGH = 24
"""Suggestions found, after which the search ends."""
NAMES_ASKED = 12
MAX_ANSWER_WORDS = 12

_NAME = re.compile(r"[A-ZÀ-ÖØ-Þ][\w'’-]*[\w](?:\s[A-ZÀ-ÖØ-Þ][\w'’-]*[\w])+")
_NOUN = re.compile(r"\b(?:is|was|are|were)\s(?:an?|the|one of the)\s((?:[\w'’-]+\s){0,6}?[\w'’-]+)"
                   r"(?=[,.;(]|\s(?:of|by|in|on|at|for|about|from|with|that|which|who|based|\w+ed|\w+en)\b)")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Candidate:
    """A question in two phrasings; `sort` of answer: "who", "when", "where", "much" or "what"."""

    question: str
    again: str
    sort: str


@dataclass(frozen=True)
class Suggestion:
    question: str
    citation: Citation


# {it} is "the film" or what else the article's first sentence says that its subject is; {title} is the article's title.
_GENERAL = (
    ("Who directed {it}?", "Who was the director of {it}?", "who"),
    ("When was {it} released?", "What was the release date of {it}?", "when"),
    ("What is {it} based on?", "What was {it} adapted from?", "what"),
    ("Who wrote {it}?", "Who was the writer of {it}?", "who"),
    ("Who starred in {it}?", "Who played the lead in {it}?", "who"),
    ("Where was {it} filmed?", "Where did the filming of {it} take place?", "where"),
    ("Who composed the music?", "Who wrote the score of {it}?", "who"),
    ("Where did {it} premiere?", "Where was {it} first shown?", "where"),
    ("What was the budget of {it}?", "How much did {it} cost to make?", "much"),
    ("How much money did {it} make?", "How much did {it} gross?", "much"),
    ("Who produced {it}?", "Who was the producer of {it}?", "who"),
    ("Who wrote the novel?", "Who is the author of the novel?", "who"),
    ("What genre is {it}?", "What kind of work is {it}?", "what"),
    ("Where was {title} born?", "What is {title}'s place of birth?", "where"),
    ("When was {title} born?", "What is {title}'s date of birth?", "when"),
    ("When did {title} die?", "What was the date of {title}'s death?", "when"),
    ("What is {title} known for?", "What made {title} famous?", "what"),
    ("Where is {title}?", "In what place is {title} located?", "where"),
    ("Who founded {title}?", "Who was the founder of {title}?", "who"),
    ("When was {title} founded?", "In what year was {title} established?", "when"),
    ("How many people live in {title}?", "What is the population of {title}?", "much"),
)
_OF_A_NAME = (
    ("Who played {name}?", "Which actor plays {name}?", "who"),
    ("Which award did {name} win?", "What award was {name} given?", "what"),
    ("What was {name} nominated for?", "What nominations did {name} receive?", "what"),
    ("When did {name} die?", "In what year was the death of {name}?", "when"),
    ("What did {name} say about {it}?", "What was the opinion of {name} on {it}?", "what"),
    ("What did {name} write?", "What is {name} the author of?", "what"),
)


class Suggestions:
    """Looks for suggestions in a thread of its own once `loading` is done, and stands back while anybody asks."""

    def __init__(self, loading: "Future[Pipeline]", first: Sequence[str] = ()) -> None:
        self._loading = loading
        self._first = tuple(first)
        self._changed = Condition()
        self._asking = 0
        self._found: list[Suggestion] = []
        self._finished = False
        Thread(target=self._search, daemon=True, name="suggest").start()

    @contextmanager
    def standing_back(self) -> Iterator[None]:
        """No candidate is begun while the block runs."""
        with self._changed:
            self._asking += 1
        try:
            yield
        finally:
            with self._changed:
                self._asking -= 1
                self._changed.notify_all()

    def wait_for(self, count: int, seconds: float) -> None:
        """Return when `count` are found, when there are no more, or after `seconds`."""
        with self._changed:
            self._changed.wait_for(lambda: self._finished or len(self._found) >= count, seconds)

    def next(self, turns: Sequence[Turn], count: int) -> list[str]:
        """Up to `count` questions that `turns` have neither asked nor answered."""
        asked = {_plain(text) for turn in turns for text in (turn.question, _standalone(turn))}
        answers = [turn.answer for turn in turns if turn.answer is not None and turn.answer.answered]
        told = [citation for answer in answers for citation in answer.citations]
        with self._changed:
            found = list(self._found)
        return [
            suggestion.question
            for suggestion in found
            if _plain(suggestion.question) not in asked
            and not any(_overlap(suggestion.citation, citation) for citation in told)
        ][:count]

    def _search(self) -> None:
        try:
            try:
                pipeline = self._loading.result()
            except Exception:  # which the page shows
                return
            for candidate in candidates(pipeline.articles[0], self._first):
                with self._changed:
                    self._changed.wait_for(lambda: not self._asking)
                    if len(self._found) >= ENOUGH:
                        break
                try:
                    suggestion = check(candidate, pipeline)
                except Exception:
                    logger.exception("%r cannot be suggested", candidate.question)
                    continue
                if suggestion and not any(_overlap(suggestion.citation, other.citation) for other in self._found):
                    with self._changed:
                        self._found.append(suggestion)
                        self._changed.notify_all()
        finally:
            with self._changed:
                self._finished = True
                self._changed.notify_all()


def candidates(article: Article, first: Sequence[str] = ()) -> list[Candidate]:
    """Candidates, those that suit most articles in front. `first` are questions to begin with, in one phrasing each."""
    it = f"the {noun}" if (noun := _noun(article)) else article.title
    made = [Candidate(question, question, _sort(question)) for question in first]
    made += [Candidate(*(text.format(it=it, title=article.title) for text in template)) for template in _GENERAL]
    for template in _OF_A_NAME:
        made += [Candidate(*(text.format(it=it, name=name) for text in template)) for name in _names(article)]
    return list({_plain(candidate.question): candidate for candidate in reversed(made)}.values())[::-1]


def check(candidate: Candidate, pipeline: "Pipeline") -> Suggestion | None:
    """The candidate as a suggestion; None where the program is not sure of it, or not right by what can be checked."""
    answer = pipeline.ask(candidate.question)
    if not _holds(answer, candidate):
        return None
    if candidate.again != candidate.question:
        again = pipeline.ask(candidate.again)
        if not again.answered or not _overlap(answer.citations[0], again.citations[0]):
            return None
    return Suggestion(candidate.question, answer.citations[0])


def _holds(answer: Answer, candidate: Candidate) -> bool:
    if not answer.answered or answer.kind != "fact" or answer.probability < VERY_SURE:
        return False
    citation = answer.citations[0]
    new = {word for word in _content(citation.text) if word not in _content(candidate.question)}
    short = len(citation.text.split()) <= MAX_ANSWER_WORDS
    return bool(new) and short and not tells_the_plot(citation) and _is_of(candidate.sort, citation.text)


def _is_of(sort: str, text: str) -> bool:
    """Whether `text` looks like an answer of the sort."""
    digits = any(character.isdigit() for character in text)
    if sort == "who":
        return text[0].isupper() and not digits and len(text.split()) <= 8
    if sort == "when":
        return digits or bool(_content(text) & MONTHS)
    if sort == "where":
        return any(word[0].isupper() for word in text.split())
    return digits if sort == "much" else True


def _sort(question: str) -> str:
    first = question.split()[0].casefold()
    return first if first in ("who", "when", "where") else "much" if question.startswith("How m") else "what"


def _noun(article: Article) -> str:
    """What the article's subject is, from its first sentence: "film"; "" where it does not say."""
    match = _NOUN.search(article.text[:400])
    noun = match.group(1).split()[-1] if match else ""
    return noun if noun.islower() and noun not in FUNCTION_WORDS else ""


def _names(article: Article) -> list[str]:
    """The names of several words that the article uses most, its title and headings apart."""
    headings = {part for section in article.sections for part in section.path}
    counted = Counter(
        name.removesuffix("'s").removesuffix("’s")
        for section in article.sections
        for name in _NAME.findall(article.text, section.start, section.end)
    )
    used = [
        name
        for name, _ in counted.most_common()
        if name not in headings and article.title not in name and name.split()[0].casefold() not in FUNCTION_WORDS
    ]
    return used[:NAMES_ASKED]


def _standalone(turn: Turn) -> str:
    return turn.answer.standalone_question if turn.answer else ""


def _plain(question: str) -> str:
    return " ".join(re.findall(r"\w+", question.casefold()))


def _content(text: str) -> set[str]:
    return {word for word in re.findall(r"\w+", text.casefold()) if word not in FUNCTION_WORDS}


def _overlap(one: Citation, other: Citation) -> bool:
    return one.article == other.article and one.start < other.end and other.start < one.end
