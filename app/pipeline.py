"""A question's way: condense → retrieve → read → decide."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.answer import Answer, Citation, QuestionError, Span
from app.condense import condense
from app.reader.calibration import Calibration, features
from app.reader.model import Reader
from index.article import Article
from index.encoder import Encoder
from index.passage import Passage
from index.retriever import Retriever
from index.splitter import section_sentences
from index.store import Index, build_index

PASSAGES_READ = 8
MAX_QUESTION_CHARACTERS = 1000
FURTHER_ANSWER_PROBABILITY = 0.9
"""A second answer from another sentence is given only when it is this sure: one sure answer is seldom wanted twice."""


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


class Pipeline:
    """Everything between a question and its Answer; the models are loaded by whoever made them."""

    def __init__(self, index: Index, encoder: Encoder, reader: Reader, calibration: Calibration) -> None:
        self.articles: tuple[Article, ...] = index.articles
        self._index = index
        self._encoder = encoder
        self._retriever = Retriever(index, encoder)
        self._reader = reader
        self._calibration = calibration

    def over(self, article: Article) -> "Pipeline":
        """The same models over another article, whose index is built in memory."""
        return Pipeline(build_index([article], self._encoder), self._encoder, self._reader, self._calibration)

    def ask(self, question: str, history: Sequence[tuple[str, str]] = ()) -> Answer:
        """Answer `question`, asked after the `(question, answer)` turns of `history`. Raises QuestionError."""
        standalone = self.standalone(question, history)
        return self.decide(standalone, *self.read(standalone))

    def standalone(self, question: str, history: Sequence[tuple[str, str]]) -> str:
        """The question complete in itself. Raises QuestionError."""
        title = self.articles[0].title if len(self.articles) == 1 else ""
        return condense(_checked(question), history, title)

    def read(self, question: str) -> tuple[list[Passage], list[Candidate]]:
        """The nearest passages, and their spans, the highest score first.

        The candidates do not overlap in the article, so overlapping passages give a span once.
        """
        passages = [hit.passage for hit in self._retriever.retrieve(question, PASSAGES_READ)]
        candidates: list[Candidate] = []
        for span in self._reader.read(question, [passage.text for passage in passages]):
            passage = passages[span.passage]
            candidate = Candidate(passage, passage.start + span.start, passage.start + span.end, span)
            if not any(_overlap(candidate, other) for other in candidates):
                candidates.append(candidate)
        return passages, candidates

    def decide(self, question: str, passages: list[Passage], candidates: list[Candidate]) -> Answer:
        """The best candidate, and others that are sure and elsewhere; or a refusal with the nearest passage."""
        if not candidates:
            return Answer(False, "", 0.0, question, (_whole(passages[0]),))
        probabilities = self.probabilities(candidates)
        if probabilities[0] < self._calibration.threshold:
            return Answer(False, "", probabilities[0], question, (_whole(passages[0]),))
        citations = [self._cite(candidates[0])]
        for candidate, probability in zip(candidates[1:], probabilities[1:]):
            citation = self._cite(candidate)
            if probability >= FURTHER_ANSWER_PROBABILITY and not any(_same(citation, other) for other in citations):
                citations.append(citation)
        text = "; ".join(citation.text for citation in citations)
        return Answer(True, text, probabilities[0], question, tuple(citations))

    def probabilities(self, candidates: list[Candidate]) -> list[float]:
        """Each candidate's calibrated probability of being right, as though the better ones were not there."""
        return [
            float(self._calibration.probability(features(first.span, second.span if second else None)))
            for first, second in zip(candidates, [*candidates[1:], None])
        ]

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


def _checked(question: str) -> str:
    # A lone surrogate, which JSON and browsers can send, breaks every encoder further down.
    question = question.encode("utf-8", "replace").decode("utf-8").strip()
    if not question:
        raise QuestionError("the question is empty; type a question about the article")
    if len(question) > MAX_QUESTION_CHARACTERS:
        raise QuestionError(
            f"the question has {len(question):,} characters, more than the {MAX_QUESTION_CHARACTERS:,} that are read; "
            "ask a shorter one"
        )
    return question


def _overlap(one: Candidate, other: Candidate) -> bool:
    return one.passage.article == other.passage.article and one.start < other.end and other.start < one.end


def _same(one: Citation, other: Citation) -> bool:
    """Whether a second citation would say nothing new: the same sentence, or words that one of them contains."""
    shorter, longer = sorted((one.text.casefold(), other.text.casefold()), key=len)
    quotes_overlap = one.quote_start < other.quote_end and other.quote_start < one.quote_end
    return shorter in longer or (one.article == other.article and quotes_overlap)


def _sentences_around(article: Article, start: int, end: int) -> tuple[int, int]:
    """Offsets of the sentence that holds `[start, end)`, or of all that it reaches into."""
    section = next(section for section in article.sections if section.start <= start < section.end)
    touched = [(s, e) for s, e in section_sentences(article, section) if s < end and start < e]
    return touched[0][0], touched[-1][1]
