"""Questions, answers and articles → HTML. Pure functions; every text that comes in goes out escaped."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from app.answer import Answer, Citation
from index.article import Article

LEAD_TITLE = "Introduction"
_SENTENCE_ENDS = (".", "!", "?", "…")
_CLOSERS = "\"'”’)]»"


@dataclass(frozen=True)
class Turn:
    """One question and what became of it: an answer, or a notice where there is none (yet)."""

    question: str
    answer: Answer | None = None
    notice: str = ""


def sureness(probability: float) -> str:
    """A calibrated probability in words."""
    if probability >= 0.9:
        return "Very sure"
    if probability >= 0.7:
        return "Fairly sure"
    return "Not quite sure"


def render_header(title: str, tagline: str) -> str:
    return f'<header><h1>{escape(title)}</h1><p class="tagline">{escape(tagline)}</p></header>'


def render_welcome(examples: Sequence[str]) -> str:
    """An empty conversation: what to do here, and example questions as buttons that the page's script listens to."""
    buttons = "".join(f'<button type="button" class="example">{escape(example)}</button>' for example in examples)
    return _log(
        '<div class="welcome"><p class="welcome-title">Ask in plain words.</p>'
        "<p>You get a short answer and the sentence that proves it. "
        "When the article does not say, you are told so.</p>"
        + (f'<p class="welcome-examples">For example:</p><div class="examples">{buttons}</div>' if examples else "")
        + "</div>"
    )


def render_conversation(turns: Sequence[Turn], articles: Sequence[Article]) -> str:
    """The conversation, oldest turn first. `articles` name the citations' articles, where there are several."""
    return _log("".join(_turn(number, turn, articles) for number, turn in enumerate(turns)))


def _log(content: str) -> str:
    return f'<div class="log" role="log" aria-label="Conversation" tabindex="0">{content}</div>'


def _turn(number: int, turn: Turn, articles: Sequence[Article]) -> str:
    if turn.answer is None:
        reply = f'<p class="notice">{escape(turn.notice)}</p>'
    else:
        reply = _read_as(turn.question, turn.answer.standalone_question)
        reply += (_answer if turn.answer.answered else _refusal)(number, turn.answer, articles)
    return (
        '<div class="turn"><p class="question"><span class="speaker">You asked</span> '
        f'<span class="asked">{escape(turn.question)}</span></p><div class="reply">{reply}</div></div>'
    )


def _read_as(question: str, standalone_question: str) -> str:
    if " ".join(question.split()).casefold() == " ".join(standalone_question.split()).casefold():
        return ""
    return f'<p class="read-as">Read as: {escape(standalone_question)}</p>'


def _answer(number: int, answer: Answer, articles: Sequence[Article]) -> str:
    percent = int(answer.probability * 100)
    return (
        f'<p class="words">{escape(answer.text)}</p>'
        f'<p class="sure" title="Estimated chance that this is right: {percent}%">{sureness(answer.probability)}</p>'
        + _citations(number, answer, articles)
    )


def _refusal(number: int, answer: Answer, articles: Sequence[Article]) -> str:
    who = "The article does not say." if len(articles) == 1 else "The articles do not say."
    label = "The nearest passage, which does not answer the question:" if answer.citations else ""
    return (
        f'<p class="words refusal">{who}</p><p class="nearest-label">{label}</p>'
        f'<div class="nearest-passage">{_citations(number, answer, articles)}</div>'
    )


def _citations(turn: int, answer: Answer, articles: Sequence[Article]) -> str:
    """The quotes, numbered when there are several, each with a button that shows it in the source panel."""
    items = ""
    for number, citation in enumerate(answer.citations):
        where = _where(citation, articles)
        items += (
            f"<li><blockquote>{_quote(citation, answer.answered)}</blockquote>"
            f'<button type="button" class="where" data-turn="{turn}" data-citation="{number}" '
            f'title="Show in the source">{escape(where)}</button></li>'
        )
    numbered = " numbered" if len(answer.citations) > 1 else ""
    return f'<ol class="citations{numbered}">{items}</ol>'


def _quote(citation: Citation, answered: bool) -> str:
    if not answered:
        return escape(citation.quote)
    start, end = citation.start - citation.quote_start, citation.end - citation.quote_start
    before, words, after = citation.quote[:start], citation.quote[start:end], citation.quote[end:]
    return f"{escape(before)}<mark>{escape(words)}</mark>{escape(after)}"


def _where(citation: Citation, articles: Sequence[Article]) -> str:
    section = citation.section or LEAD_TITLE
    if len(articles) == 1:
        return section
    return f"{article_named(citation.article, articles).title} › {section}"


def article_named(name: str, articles: Sequence[Article]) -> Article:
    return next(article for article in articles if article.name == name)


def render_article(article: Article, answer: Answer | None = None, shown: int = 0, view: int = 0) -> str:
    """The whole article, with the words that `answer` cites in it marked.

    `shown` is the number of the citation to scroll to; its mark carries `aria-current`. `view` goes into the markup
    alone: a new number makes two otherwise equal renderings differ, so that the page scrolls again.
    """
    marks = _marks(article, answer, shown) if answer else []
    body = ""
    for number, section in enumerate(article.sections):
        depth = len(section.path)
        if depth:
            body += f"<h{min(depth + 2, 6)}>{escape(section.path[-1])}</h{min(depth + 2, 6)}>"
        paragraphs = article.paragraphs(section)
        body += "".join(f"<p>{_marked(article.text, start, end, marks)}</p>" for start, end in paragraphs)
        if depth and not paragraphs and not _has_subsection(article, number):
            body += '<p class="source-note">This section is empty in the source.</p>'
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
    several = len(answer.citations) > 1
    cited = [(citation, number) for number, citation in enumerate(answer.citations) if citation.article == article.name]
    for citation, number in sorted(cited, key=lambda pair: (pair[0].start, pair[1])):
        start = max(citation.start, marks[-1][1] if marks else 0)
        if start >= citation.end:
            continue
        tag = "<mark" if answer.answered else '<mark class="nearest"'
        tag += f' data-number="{number + 1}"' if several else ""
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


def render_status(text: str, kind: str) -> str:
    """The status line. `kind` is "loading", "ready" or "failed"."""
    return f'<p class="status {kind}" role="{"alert" if kind == "failed" else "status"}">{escape(text)}</p>'
