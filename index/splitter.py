"""Article → passages: whole sentences, overlapping, inside one section."""

from sentencex import get_sentence_boundaries

from index.article import Article, Section
from index.passage import Passage

MAX_PASSAGE_WORDS = 80
"""About 110 word pieces: with a question in front, a passage stays below the 144 that the reader trains on."""
OVERLAP_SENTENCES = 1


def sentence_spans(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Character offsets `(start, end)` into `text` of the sentences of `text[start:end]`, without space around them."""
    block = text[start:end]
    spans = []
    for boundary in get_sentence_boundaries("en", block):
        sentence = block[boundary["start_index"] : boundary["end_index"]]
        stripped = sentence.strip()
        if stripped:
            first = start + boundary["start_index"] + sentence.index(stripped)
            spans.append((first, first + len(stripped)))
    return spans


def sentence_ends(text: str) -> list[int]:
    """Character offsets at which the sentences of `text` end; a line break always ends one."""
    ends, start = [], 0
    for line in text.splitlines(keepends=True):
        ends += [end for _, end in sentence_spans(text, start, start + len(line))]
        start += len(line)
    return ends


def section_sentences(article: Article, section: Section) -> list[tuple[int, int]]:
    """Character offsets of the section's sentences; a line break always ends one."""
    return [
        span
        for paragraph_start, paragraph_end in article.paragraphs(section)
        for span in sentence_spans(article.text, paragraph_start, paragraph_end)
    ]


def split(article: Article, max_words: int = MAX_PASSAGE_WORDS, overlap: int = OVERLAP_SENTENCES) -> list[Passage]:
    """Cut every section into passages of at most `max_words` words; a longer sentence stands alone, whole.

    Neighbours share `overlap` sentences, or fewer where the next sentence leaves no room. Raises ValueError for a
    `max_words` below 1 or a negative `overlap`.
    """
    if max_words < 1:
        raise ValueError(f"max_words must be at least 1, got {max_words}")
    if overlap < 0:
        raise ValueError(f"overlap must not be negative, got {overlap}")
    passages = []
    for section in article.sections:
        sentences = section_sentences(article, section)
        for first, last in _windows([len(article.text[s:e].split()) for s, e in sentences], max_words, overlap):
            start, end = sentences[first][0], sentences[last][1]
            passages.append(Passage(article.name, section.title, start, end, article.text[start:end]))
    return passages


def _windows(sizes: list[int], max_words: int, overlap: int) -> list[tuple[int, int]]:
    """Inclusive `(first, last)` sentence numbers of each window; every sentence is in at least one."""
    windows: list[tuple[int, int]] = []
    first = 0
    while first < len(sizes):
        last, words = first, sizes[first]
        while last + 1 < len(sizes) and words + sizes[last + 1] <= max_words:
            last += 1
            words += sizes[last]
        windows.append((first, last))
        if last == len(sizes) - 1:
            break
        # Each window must reach further than the one before it, so the overlap gives way to a long next sentence.
        first = last + 1
        shared = sizes[last + 1]
        while first > windows[-1][0] + 1 and last + 1 - first < overlap and shared + sizes[first - 1] <= max_words:
            first -= 1
            shared += sizes[first]
    return windows
