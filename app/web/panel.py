"""The source panel: an article → HTML, with the cited words marked."""

from collections.abc import Sequence
from html import escape

from app.answer import Answer
from app.overview import tells_the_story
from index.article import Article

_SENTENCE_ENDS = (".", "!", "?", "…")
_CLOSERS = "\"'”’)]»"
# The style sheet shows one or the other: the plot, or a button where spoilers are hidden.
_VEIL = (
    '<p class="veil">The plot is hidden. <button type="button" class="reveal-plot">Show it</button></p>'
    '<div class="veiled plot">'
)


def render_article(article: Article, answer: Answer | None = None, shown: int = 0, view: int = 0) -> str:
    """The whole article, with the words that `answer` cites in it marked.

    `shown` is the number of the citation to scroll to; its mark carries `aria-current`. `view` goes into the markup
    alone: a new number makes two otherwise equal renderings differ, so that the page scrolls again.
    """
    marks = _marks(article, answer, shown) if answer else []
    body, veiled = "", False
    for number, section in enumerate(article.sections):
        depth = len(section.path)
        if veiled and not tells_the_story(section.path):
            veiled, body = False, body + "</div>"
        if depth:
            body += f"<h{min(depth + 2, 6)}>{escape(section.path[-1])}</h{min(depth + 2, 6)}>"
        if not veiled and tells_the_story(section.path):
            veiled, body = True, body + _VEIL
        paragraphs = article.paragraphs(section)
        body += "".join(f"<p>{_marked(article.text, start, end, marks)}</p>" for start, end in paragraphs)
        if depth and not paragraphs and not _has_subsection(article, number):
            body += '<p class="source-note">This section is empty in the source.</p>'
    body += "</div>" if veiled else ""
    if _breaks_off(article):
        body += '<p class="source-note">The source text ends here.</p>'
    return (
        f'<div class="source" role="region" aria-label="Source: {escape(article.title)}" tabindex="0" '
        f'data-view="{view}"><h2>{escape(article.title)}</h2>{body}</div>'
    )


def _has_subsection(article: Article, number: int) -> bool:
    path = article.sections[number].path
    return number + 1 < len(article.sections) and article.sections[number + 1].path[: len(path)] == path


def _breaks_off(article: Article) -> bool:
    """True where the last section's text does not end as a sentence does."""
    paragraphs: list[tuple[int, int]] = article.paragraphs(article.sections[-1]) if article.sections else []
    return bool(paragraphs) and not article.text[slice(*paragraphs[-1])].rstrip(_CLOSERS).endswith(_SENTENCE_ENDS)


def _marks(article: Article, answer: Answer, shown: int) -> list[tuple[int, int, str]]:
    """`(start, end, opening tag)` of what to mark in the article, in order and without overlaps."""
    marks: list[tuple[int, int, str]] = []
    cited = [(citation, number) for number, citation in enumerate(answer.citations) if citation.article == article.name]
    for citation, number in sorted(cited, key=lambda pair: (pair[0].start, pair[1])):
        start = max(citation.start, marks[-1][1] if marks else 0)
        if start >= citation.end:
            continue
        tag = "<mark" if answer.answered else '<mark class="nearest"'
        tag += f' data-number="{number + 1}"'
        tag += ' aria-current="true">' if number == shown else ">"
        marks.append((start, citation.end, tag))
    return marks


def _marked(text: str, start: int, end: int, marks: Sequence[tuple[int, int, str]]) -> str:
    """`text[start:end]`, escaped, with the parts of `marks` that lie in it."""
    html = ""
    for mark_start, mark_end, tag in marks:
        mark_start, mark_end = max(mark_start, start), min(mark_end, end)
        if mark_start < mark_end:
            html += f"{escape(text[start:mark_start])}{tag}{escape(text[mark_start:mark_end])}</mark>"
            start = mark_end
    return html + escape(text[start:end])
