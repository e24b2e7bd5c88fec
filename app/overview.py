"""What an article says at length: which of its sentences tell what it is about, the story, and how it ends."""

import re
from collections.abc import Sequence

import numpy as np

from index.article import Article, Section
from index.encoder import Encoder
from index.splitter import section_sentences

LEAD_SENTENCES = 3
PLOT_SENTENCES = 5
ENDING_SENTENCES = 2
MORE_SENTENCES = 2
_STORY = re.compile(r"(?:plot|synopsis|story|storyline|summary)(?: (?:summary|synopsis|outline))?", re.IGNORECASE)

Place = tuple[Section, int, int]
"""A sentence: `article.text[start:end]`, in its section."""


def about(article: Article) -> list[Place]:
    """The first sentences of the article."""
    return _sentences(article, _filled(article)[:1])[:LEAD_SENTENCES]


def plot(article: Article, encoder: Encoder) -> list[Place]:
    """Of the sections that tell the story: its first sentence, its last, and those nearest to all the others between.

    The sentences are ranked by their mean similarity to the rest, as in LexRank (Erkan and Radev 2004) without the
    walk. Empty where no heading promises a story.
    """
    sentences = _sentences(article, _story(article))
    if len(sentences) <= PLOT_SENTENCES:
        return sentences
    vectors = encoder.encode([article.text[start:end] for _, start, end in sentences])
    central = 1 + np.argsort(-(vectors @ vectors.mean(axis=0))[1:-1], kind="stable")[: PLOT_SENTENCES - 2]
    return [sentences[number] for number in sorted({0, len(sentences) - 1, *central.tolist()})]


def ending(article: Article) -> list[Place]:
    """The last sentences of the story; empty where no heading promises one."""
    return _sentences(article, _story(article))[-ENDING_SENTENCES:]


def after(article: Article, place: int) -> list[Place]:
    """The sentences that follow the one that holds offset `place`; empty at the article's end."""
    return [sentence for sentence in _sentences(article, _filled(article)) if sentence[1] > place][:MORE_SENTENCES]


def tells_the_story(path: Sequence[str]) -> bool:
    """Whether a section, by its headings from the outermost in, tells the story."""
    return bool(path) and _STORY.fullmatch(path[0].strip()) is not None


def _story(article: Article) -> list[Section]:
    return [section for section in _filled(article) if tells_the_story(section.path)]


def _filled(article: Article) -> list[Section]:
    return [section for section in article.sections if article.text[section.start : section.end].strip()]


def _sentences(article: Article, sections: list[Section]) -> list[Place]:
    return [(section, start, end) for section in sections for start, end in section_sentences(article, section)]
