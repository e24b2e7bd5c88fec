"""A question's way: route → condense → retrieve → read → decide."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.answer import Answer, Citation, QuestionError, Span
from app.condense import condense, points_back
from app.overview import Place, about, after, ending, plot
from app.reader.calibration import Calibration, features
from app.reader.history import with_history
from app.reader.model import Reader
from app.routing import FACT, REPLIES, Router
from app.spelling import Spelling
from app.words import PREPOSITIONS, QUESTION_WORDS
from index.article import Article
from index.encoder import Encoder
from index.passage import Passage
from index.retriever import Retriever
from index.splitter import section_sentences
from index.store import Index, build_index

PASSAGES_READ = 8
MAX_QUESTION_CHARACTERS = 1000
WORDS_READ = 40
"""Of a longer question the last so many: about what the reader takes in."""
TURNS = 20
"""Earlier turns that are looked at."""
FURTHER_ANSWER_PROBABILITY = 0.9
"""A second answer from another sentence is given only when both are this sure: one is seldom wanted twice."""
LISTED_PROBABILITY = 0.7
"""Where a list is asked for, all answers that are this sure are given."""
LISTS = ("cast", "awards")
OVERVIEWS = ("about", "plot", "ending", "more")
THE_END = "The article ends there."
_NAMED = re.compile(r"(?<=[a-z,;] )[A-Z][\w']+")
_TWO_QUESTIONS = re.compile(
    r"^(?P<first>(?:who|what|when|where|why|how|which)\b.{4,}?)(?:\?\s*(?:and\s)?|,?\sand\s)"
    r"(?P<second>(?:who|what|when|where|why|how|which)\b.{4,})$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Candidate:
    """A span in its article: `article_text[start:end]`."""

    passage: Passage
    start: int
    end: int
    span: Span

    @property
    def text(self) -> str:
        return self.passage.text[self.start - self.passage.start : self.end - self.passage.start]


@dataclass(frozen=True)
class Reading:
    """A standalone question with its nearest passages and their spans, the best first, each with its probability."""

    question: str
    passages: list[Passage]
    candidates: list[Candidate]
    probabilities: list[float]

    @property
    def probability(self) -> float:
        return self.probabilities[0] if self.probabilities else 0.0


class Pipeline:
    """Everything between a question and its Answer; the models are loaded by whoever made them."""

    def __init__(
        self,
        index: Index,
        encoder: Encoder,
        reader: Reader,
        calibration: Calibration,
        router: Router | None = None,
    ) -> None:
        self.articles: tuple[Article, ...] = index.articles
        self._index = index
        self._encoder = encoder
        self._retriever = Retriever(index, encoder)
        self._reader = reader
        self._calibration = calibration
        # Small talk asks after nobody of the article.
        self._names = {
            _bare(word) for article in self.articles for word in _NAMED.findall(article.text.replace("’", "'"))
        } - {word.casefold() for article in self.articles for word in article.title.split()}
        self._title = self.articles[0].title if len(self.articles) == 1 else ""
        self._router = Router(encoder) if router is None else router
        self._spelling = Spelling(self.articles)

    @property
    def model_sha256(self) -> str:
        """Of the reader."""
        return self._reader.sha256

    def over(self, article: Article) -> "Pipeline":
        """The same models over another article, whose index is built in memory."""
        index = build_index([article], self._encoder)
        return Pipeline(index, self._encoder, self._reader, self._calibration, self._router)

    def ask(self, question: str, history: Sequence[tuple[str, str]] = (), as_written: bool = False) -> Answer:
        """Answer `question`, asked after the `(question, answer)` turns of `history`. Raises QuestionError.

        A slip of the finger is put right, but where the question is to be taken `as_written`.
        """
        question = _checked(question) if as_written else self._spelling.correct(_checked(question))
        history = self._understood(history)
        route = self._route(question)
        if route in REPLIES:
            return Answer(False, REPLIES[route], 0.0, question, (), "chat")
        overview = self._overview(route, question, history)
        if overview is not None:
            return overview
        both = self._both(question, history)
        if both is not None:
            return both
        listed = route in LISTS
        return self._decide(self._reading(question, history, listed), listed)

    def reading(self, question: str, history: Sequence[tuple[str, str]] = ()) -> Reading:
        """What `ask` decides upon where `question` asks for a fact. Raises QuestionError."""
        return self._reading(self._spelling.correct(_checked(question)), self._understood(history))

    def _understood(self, history: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        """The last turns, cut to what is read of them, their slips put right."""
        return [(self._spelling.correct(_clean(asked)), _clean(told)) for asked, told in history[-TURNS:]]

    def _reading(self, question: str, history: Sequence[tuple[str, str]], listed: bool = False) -> Reading:
        """The question complete in itself, read; where something in it points back, with what was said before.

        The reader was trained on follow-ups with their history, and reads them better than what the rules complete:
        that one finds the passages, and tells people how they were understood.
        """
        said = [turn for turn in history if turn[0].strip() and self._route(turn[0]) not in REPLIES]
        standalone = condense(question, said, self._title)
        if points_back(question):
            # The last turn helps to find the passages too, where the rules could not put its words in.
            passages, candidates = self.read(with_history(standalone, said[-1:]), with_history(question, said))
        else:
            passages, candidates = self.read(standalone)
        return Reading(standalone, passages, candidates, self.probabilities(candidates, listed))

    def read(self, question: str, typed: str = "") -> tuple[list[Passage], list[Candidate]]:
        """The passages nearest to `question`, and their spans for `typed`, or for `question`; the highest score first.

        The candidates do not overlap in the article, so overlapping passages give a span once.
        """
        passages = [hit.passage for hit in self._retriever.retrieve(question, PASSAGES_READ)]
        candidates: list[Candidate] = []
        for span in self._reader.read(typed or question, [passage.text for passage in passages]):
            passage = passages[span.passage]
            candidate = Candidate(passage, passage.start + span.start, passage.start + span.end, span)
            if not any(_overlap(candidate, other) for other in candidates):
                candidates.append(candidate)
        return passages, candidates

    def probabilities(self, candidates: list[Candidate], listed: bool = False) -> list[float]:
        """Each candidate's calibrated probability of being right, as though the better ones were not there.

        Where a list is asked for (`listed`), what the reader takes for an answer too is no rival.
        """
        spans = [candidate.span for candidate in candidates]
        rivals = [*spans[1:], None]
        if listed:
            rivals = [next((span for span in spans if span.score < 0), None)] * len(spans)
        return [float(self._calibration.probability(features(*pair))) for pair in zip(spans, rivals)]

    def _route(self, question: str) -> str:
        route = self._router.route(question, self._title)
        first, *others = re.findall(r"[\w']+", question.casefold().replace("’", "'")) or [""]
        asks_of_somebody = first in QUESTION_WORDS and any(_bare(word) in self._names for word in others)
        return FACT if route in REPLIES and asks_of_somebody else route

    def _decide(self, reading: Reading, listed: bool = False) -> Answer:
        """The best candidate, and others where all are sure; or the nearest passage. A list may be in one sentence."""
        if reading.probability < self._calibration.threshold or not reading.candidates:
            return Answer(False, "", reading.probability, reading.question, (_whole(reading.passages[0]),))
        further = LISTED_PROBABILITY if listed else FURTHER_ANSWER_PROBABILITY
        citations = [self._cite(reading.candidates[0])]
        for candidate, probability in zip(reading.candidates[1:], reading.probabilities[1:]):
            citation = self._cite(candidate)
            sure = min(probability, reading.probability) >= further
            if sure and not any(_same(citation, other, quotes=not listed) for other in citations):
                citations.append(citation)
        text = "; ".join(citation.text for citation in citations)
        return Answer(True, text, reading.probability, reading.question, tuple(citations))

    def _overview(self, route: str, question: str, history: Sequence[tuple[str, str]]) -> Answer | None:
        """The sentences that `route` asks for, quoted in order; None where it asks for none or the article has none."""
        if route not in OVERVIEWS:
            return None
        article = self._article_meant(question, history)
        places: list[Place] = []
        if route == "about":
            places = about(article)
        elif route == "plot":
            places = plot(article, self._encoder) or about(article)
        elif route == "ending":
            # "How does it end?" often has a short answer; the last scene is quoted where it has none.
            if (answer := self._decide(self._reading(question, history if len(self.articles) > 1 else ()))).answered:
                return answer
            places = ending(article)
        elif route == "more" and history:
            last = self._last_citation(history)
            if last is None:
                return None
            article = self._index.article(last.article)
            places = after(article, last.quote_end - 1)
            if not places:
                return Answer(False, THE_END, 0.0, question, (), "chat")
        if not places:
            return None
        citations = tuple(_quoted(article, place) for place in places)
        return Answer(True, " ".join(citation.text for citation in citations), 1.0, question, citations, "overview")

    def _article_meant(self, question: str, history: Sequence[tuple[str, str]]) -> Article:
        """The article of the passage nearest to `question` and the last turn; there is one where there are several."""
        if len(self.articles) == 1:
            return self.articles[0]
        return self._index.article(self._retriever.retrieve(with_history(question, history[-1:]), 1)[0].passage.article)

    def _last_citation(self, history: Sequence[tuple[str, str]]) -> Citation | None:
        """The last sentence that the conversation has quoted, found by asking its last answered question again."""
        for number in range(len(history) - 1, -1, -1):
            asked, told = history[number]
            if told and told != THE_END and asked.strip() and self._route(asked) not in REPLIES:
                answer = self.ask(asked, history[:number])
                return answer.citations[-1] if answer.answered else None
        return None

    def _both(self, question: str, history: Sequence[tuple[str, str]]) -> Answer | None:
        """The answers to two questions in one; None unless there are two and each is answered on its own."""
        halves = _TWO_QUESTIONS.match(question)
        if halves is None:
            return None
        first = self._decide(self._reading(halves["first"], history))
        if not first.answered:
            return None
        turn = (halves["first"], first.text)
        second = self._decide(self._reading(halves["second"], [*history, turn]))
        if not second.answered or _same(first.citations[0], second.citations[0], quotes=False):
            return None
        return replace(
            first,
            text=f"{first.text}; {second.text}",
            probability=min(first.probability, second.probability),
            standalone_question=f"{first.standalone_question.rstrip(' ?')}? {second.standalone_question}",
            citations=first.citations + second.citations,
        )

    def _cite(self, candidate: Candidate) -> Citation:
        article = self._index.article(candidate.passage.article)
        quote_start, quote_end = _sentences_around(article, candidate.start, candidate.end)
        return Citation(
            article.name,
            candidate.passage.section,
            candidate.start,
            candidate.end,
            article.text[candidate.start : candidate.end],
            article.text[quote_start:quote_end],
            quote_start,
            quote_end,
        )


def _whole(passage: Passage) -> Citation:
    where = (passage.start, passage.end)
    return Citation(passage.article, passage.section, *where, passage.text, passage.text, *where)


def _quoted(article: Article, place: Place) -> Citation:
    section, start, end = place
    return Citation(article.name, section.title, start, end, *[article.text[start:end]] * 2, start, end)


def _bare(word: str) -> str:
    return word.casefold().removesuffix("'s").strip("'")


def _clean(text: str) -> str:
    """A turn's text, cut to what a question may have."""
    # A lone surrogate, which JSON and browsers can send, breaks every encoder further down.
    return text[:MAX_QUESTION_CHARACTERS].encode("utf-8", "replace").decode("utf-8")


def _checked(question: str) -> str:
    question = question.encode("utf-8", "replace").decode("utf-8").strip()
    if not question:
        raise QuestionError("the question is empty; type a question about the article")
    if len(question) > MAX_QUESTION_CHARACTERS:
        raise QuestionError(
            f"the question has {len(question):,} characters, more than the {MAX_QUESTION_CHARACTERS:,} that are read; "
            "ask a shorter one"
        )
    # At length people come to the point at the end.
    words = question.split()
    return question if len(words) <= WORDS_READ else " ".join(words[-WORDS_READ:])


def _overlap(one: Candidate, other: Candidate) -> bool:
    return one.passage.article == other.passage.article and one.start < other.end and other.start < one.end


def _same(one: Citation, other: Citation, quotes: bool = True) -> bool:
    """Whether a second citation says nothing new: no word of weight, or (`quotes`) no other sentence."""
    fewer, more = sorted((_weighty(one.text), _weighty(other.text)), key=len)
    quotes_overlap = one.quote_start < other.quote_end and other.quote_start < one.quote_end
    return fewer <= more or (quotes and one.article == other.article and quotes_overlap)


def _weighty(text: str) -> frozenset[str]:
    words = frozenset(re.findall(r"\w+", text.casefold()))
    return words - PREPOSITIONS - {"a", "an", "the"} or words


def _sentences_around(article: Article, start: int, end: int) -> tuple[int, int]:
    """Offsets of the sentence that holds `[start, end)`, or of all that it reaches into."""
    section = next(section for section in article.sections if section.start <= start < section.end)
    touched = [(s, e) for s, e in section_sentences(article, section) if s < end and start < e]
    return touched[0][0], touched[-1][1]
