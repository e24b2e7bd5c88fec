"""What an answer is made of: frozen records with their own offsets."""

from dataclasses import dataclass


class QuestionError(ValueError):
    """The question cannot be asked; the message says why and is fit to show."""


@dataclass(frozen=True)
class Span:
    """Words that may answer: `text[start:end]` of the passage with number `passage` in the list that was read.

    `score` is the span's start logit plus its end logit, less the null score; `log_probability` is the log of start
    probability × end probability (`app.reader.spans.TokenSpan`).
    """

    passage: int
    start: int
    end: int
    score: float
    log_probability: float


@dataclass(frozen=True)
class Citation:
    """Where an answer stands: `article_text[start:end] == text`, inside the sentence `quote`.

    `article` is the article's file name; `quote_start` and `quote_end` are the sentence's offsets in it.
    """

    article: str
    section: str
    start: int
    end: int
    text: str
    quote: str
    quote_start: int
    quote_end: int


@dataclass(frozen=True)
class Answer:
    """What the program says to one question.

    `probability` is the calibrated probability that the first citation's words answer a question for a fact. A refusal
    has `answered` false, an empty `text` and one citation: the nearest passage, cited and quoted whole.

    `kind` is "fact"; "overview", where the citations are several passages to be read in order; or "chat", where `text`
    says something friendly, nothing of the article is said, and there are no citations.
    """

    answered: bool
    text: str
    probability: float
    standalone_question: str
    citations: tuple[Citation, ...]
    kind: str = "fact"
