"""Questions to ask next, kept where the program answers them surely and rightly by what can be checked.

Some are made from the article's sentences: "Ada Quill wrote the score." gives "Who wrote the score?", whose answer is
known. Others are templates that suit many articles: each has two phrasings, which must get the same words, and of the
right sort (a name to "who", a date to "when"). None has its answer where the story is told.
"""

import asyncio
import logging
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Condition, Thread
from typing import TYPE_CHECKING

from app.answer import Answer, Citation
from app.overview import tells_the_story
from app.web.history import Turn
from app.web.render import VERY_SURE, tells_the_plot
from app.words import FUNCTION_WORDS, MONTHS, PRONOUNS, THINGS
from index.article import Article
from index.splitter import section_sentences

if TYPE_CHECKING:
    from app.pipeline import Pipeline

ENOUGH = 16
"""Suggestions found, after which the search ends."""
MAX_ANSWER_WORDS = 12
LOOK_AGAIN_SECONDS = 0.1

_A_NAME = r"(?:[A-ZÀ-ÖØ-Þ][\w'’-]*\w\s){0,3}[A-ZÀ-ÖØ-Þ][\w'’-]*\w"
_A_DATE = r"(?:(?:[A-Z][a-z]+\s)?(?:\d{1,2},?\s)?(?:[A-Z][a-z]+\s)?\d{4})"
_DID = re.compile(
    rf"(?<![\w.])(?P<name>{_A_NAME})\s(?P<did>(?:(?:was|is|has|had)\s)?"
    r"(?:stars?|plays|wrote|won|said|told|made|became|took|gave|began|left|sang|spoke|shot|\w{2,}ed)\b[^,;:.()\"“”]{6,70}?)"
    r"(?=[,;.]|\s(?:and|but|while|who|which|that|whose|because|though|although|having)\b)"
)
_DONE_BY = re.compile(
    rf"\b(?:an?|the)\s(?:[a-z-]+\s){{0,2}}?(?P<what>[a-z-]+(?:\s[a-z-]+)?)\s(?P<done>\w+ed|written|sung|drawn)\sby\s"
    rf"(?P<name>{_A_NAME})"
)
_DONE_WHEN = re.compile(rf"\bwas\s(?P<done>\w+ed(?:\s[a-z]+ly|\snationwide)?)\s(?:on|in)\s(?P<date>{_A_DATE})")
_PAST = {"written": "wrote", "sung": "sang", "drawn": "drew"}
_NOUN = re.compile(
    r"\b(?:is|was|are|were)\s(?:an?|the|one of the)\s((?:[\w'’-]+\s){0,6}?[\w'’-]+)"
    r"(?=[,.;(]|\s(?:of|by|in|on|at|for|about|from|with|that|which|who|based|\w+ed|\w+en)\b)"
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Candidate:
    """A question, and by what its answer is checked: the words `expected`, or the same question put otherwise.

    `sort` of the answer is "who", "when", "where", "much" or "what".
    """

    question: str
    sort: str
    again: str = ""
    expected: str = ""


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


class Suggestions:
    """Looks for suggestions in a thread of its own once `loading` is done, and stands back while anybody asks."""

    def __init__(self, loading: "Future[Pipeline]", first: Sequence[str] = ()) -> None:
        self._loading = loading
        self._first = tuple(first)
        self._freed = Condition()
        self._asking = 0
        self._found: list[Suggestion] = []
        self._finished = False
        Thread(target=self._search, daemon=True, name="suggest").start()

    @contextmanager
    def standing_back(self) -> Iterator[None]:
        """No candidate is begun while the block runs."""
        with self._freed:
            self._asking += 1
        try:
            yield
        finally:
            with self._freed:
                self._asking -= 1
                self._freed.notify_all()

    async def wait_for(self, count: int, seconds: float) -> None:
        """Return when `count` are found, when there are no more, or after `seconds`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not self._finished and len(self._found) < count:
                    await asyncio.sleep(LOOK_AGAIN_SECONDS)  # a thread that waits would hold up Ctrl-C

    def next(self, turns: Sequence[Turn], count: int) -> list[str]:
        """Up to `count` questions that `turns` have neither asked nor answered."""
        asked = {_plain(text) for turn in turns for text in (turn.question, _standalone(turn))}
        answers = [turn.answer for turn in turns if turn.answer is not None and turn.answer.answered]
        told = [citation for answer in answers for citation in answer.citations]
        return [
            suggestion.question
            for suggestion in list(self._found)
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
                with self._freed:
                    self._freed.wait_for(lambda: not self._asking)
                    if len(self._found) >= ENOUGH:
                        break
                try:
                    suggestion = check(candidate, pipeline)
                except Exception:
                    logger.exception("%r cannot be suggested", candidate.question)
                    continue
                if suggestion and not any(_overlap(suggestion.citation, other.citation) for other in self._found):
                    self._found.append(suggestion)
        finally:
            self._finished = True


def candidates(article: Article, first: Sequence[str] = ()) -> list[Candidate]:
    """What to try, in this order. `first` are questions to begin with."""
    it = f"the {noun}" if (noun := _noun(article)) else article.title
    made = [Candidate(question, _sort(question)) for question in first]
    for question, again, sort in _GENERAL:
        put = [text.format(it=it, title=article.title) for text in (question, again)]
        made.append(Candidate(put[0], sort, again=put[1]))
    made += _from_sentences(article, it)
    # The first place of what comes twice, and the last form of it, which has another phrasing.
    return list({_plain(candidate.question): candidate for candidate in made}.values())


def _from_sentences(article: Article, it: str) -> Iterator[Candidate]:
    """Questions whose answers the sentences hold by their form."""
    for section in article.sections:
        if tells_the_story(section.path):
            continue
        for start, end in section_sentences(article, section):
            sentence = article.text[start:end]
            for match in _DID.finditer(sentence):
                name = _person(match["name"], article)
                if name and not PRONOUNS & set(match["did"].casefold().split()):
                    yield Candidate(f"Who {match['did']}?", "who", expected=name)
            for match in _DONE_BY.finditer(sentence):
                done = _PAST.get(match["done"], match["done"])
                yield Candidate(f"Who {done} the {match['what']}?", "who", expected=match["name"])
            for match in _DONE_WHEN.finditer(sentence):
                yield Candidate(f"When was {it} {match['done']}?", "when", expected=match["date"])


def _person(name: str, article: Article) -> str:
    """`name` without small words in front; "" where it may be no person's: the title, a thing, a word at a start."""
    words = name.split()
    while words and words[0].casefold() in FUNCTION_WORDS:
        words.pop(0)
    name = " ".join(words)
    if not name or article.title in name or _content(name) & THINGS:
        return ""
    is_name = len(words) > 1 or re.search(rf"[a-z,] (?:[A-Z]\w+ )*{re.escape(name)}\b", article.text)
    return name if is_name else ""


def check(candidate: Candidate, pipeline: "Pipeline") -> Suggestion | None:
    """The candidate as a suggestion; None where the program is not sure of it, or not right by what can be checked."""
    answer = pipeline.ask(candidate.question)
    if not _holds(answer, candidate):
        return None
    if candidate.again:
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
    if candidate.expected and not _content(citation.text) & _content(candidate.expected):
        return False
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


def _standalone(turn: Turn) -> str:
    return turn.answer.standalone_question if turn.answer else ""


def _plain(question: str) -> str:
    return " ".join(re.findall(r"\w+", question.casefold()))


def _content(text: str) -> set[str]:
    return {word for word in re.findall(r"\w+", text.casefold()) if word not in FUNCTION_WORDS}


def _overlap(one: Citation, other: Citation) -> bool:
    return one.article == other.article and one.start < other.end and other.start < one.end
