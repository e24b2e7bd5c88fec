"""Questions and answers → HTML. Pure functions; every text that comes in goes out escaped.

The page's script (conversation.js) listens to the buttons by their class, and sends their `data-` attributes.
"""

from collections.abc import Sequence
from html import escape

from app.answer import Answer, Citation
from app.overview import tells_the_story
from app.web.history import Turn, dump_turns
from app.web.missing import missing
from index.article import Article

LEAD_TITLE = "Introduction"
VERY_SURE, FAIRLY_SURE = 0.9, 0.7

_THUMB = (
    '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M7 10v10H4V10zm3 10h7.2a2 2 0 0 0 1.9-1.4l1.8-6'
    'A2 2 0 0 0 19 10h-5l.8-4.2A1.8 1.8 0 0 0 13 3.6L10 10z"/></svg>'
)


def sureness(probability: float) -> str:
    """A calibrated probability in words."""
    if probability >= VERY_SURE:
        return "Very sure"
    if probability >= FAIRLY_SURE:
        return "Fairly sure"
    return "Not quite sure"


def tells_the_plot(citation: Citation) -> bool:
    """Whether the cited words stand in a section that tells the story."""
    return tells_the_story(citation.section.split(" › "))


def reread(question: str, standalone_question: str) -> bool:
    """Whether the question was read otherwise than it was typed."""
    return " ".join(question.split()).casefold() != " ".join(standalone_question.split()).casefold()


def render_header(title: str, tagline: str) -> str:
    return f'<header><h1>{escape(title)}</h1><p class="tagline">{escape(tagline)}</p></header>'


def render_conversation(turns: Sequence[Turn], articles: Sequence[Article], view: int = 0, saved: bool = True) -> str:
    """The conversation, oldest turn first, and in `data-turns` what the browser is to keep of it.

    `articles` name the citations' articles, where there are several. `view` goes into the markup alone: a new number
    tells the page's script that an otherwise equal rendering is new. With `saved` false the browser keeps what it has.
    """
    last = len(turns) - 1
    content = "".join(_turn(number, turn, articles, number == last) for number, turn in enumerate(turns))
    data = f' data-turns="{escape(dump_turns(turns, articles) if turns else "")}"' if saved else ""
    return (
        f'<div class="log" role="log" aria-label="Conversation" tabindex="0" data-view="{view}"{data}>'
        f"{content or _WELCOME}</div>"
    )


# A frame of film with a pair of quotation marks in it.
_FRAME = (
    '<svg class="frame" viewBox="0 0 64 48" aria-hidden="true"><rect x="1" y="1" width="62" height="46" rx="5"/>'
    '<path d="M8 6v36M56 6v36" stroke-dasharray="4 4"/>'
    '<path d="M29 17c-5 1-8 5-8 9v5h8v-8h-4c0-2 2-3 4-4zm14 0c-5 1-8 5-8 9v5h8v-8h-4c0-2 2-3 4-4z"/></svg>'
)
_WELCOME = (
    f'<div class="welcome">{_FRAME}<p class="welcome-title">Ask in plain words.</p>'
    "<p>You get a short answer and the sentence that proves it. "
    "When the article does not say, you are told so.</p></div>"
)


def render_ideas(questions: Sequence[str], begun: bool) -> str:
    """Questions to click on; `begun` tells whether there is a conversation already."""
    if not questions:
        return '<div class="ideas"></div>'
    buttons = "".join(
        f'<li><button type="button" class="idea">{escape(question)}</button></li>' for question in questions
    )
    label = "Ask next" if begun else "Try one of these"
    return f'<div class="ideas"><p id="ideas-label">{label}</p><ul aria-labelledby="ideas-label">{buttons}</ul></div>'


def render_tools() -> str:
    """What concerns the whole conversation."""
    return (
        '<div class="tools" role="group" aria-label="Conversation">'
        '<button type="button" class="clear">New conversation</button>'
        '<button type="button" class="save" data-format="md" title="Save the conversation as Markdown">'
        'Save <span class="file-type">.md</span></button>'
        '<button type="button" class="save" data-format="json" title="Save the conversation as JSON">'
        'Save <span class="file-type">.json</span></button>'
        '<button type="button" role="switch" aria-checked="false" class="spoilers">Hide spoilers</button>'
        '<span class="said-aloud" role="status"></span></div>'
    )


def render_status(text: str, kind: str) -> str:
    """The status line. `kind` is "loading", "ready" or "failed"."""
    return f'<p class="status {kind}" role="{"alert" if kind == "failed" else "status"}">{escape(text)}</p>'


def article_named(name: str, articles: Sequence[Article]) -> Article:
    return next(article for article in articles if article.name == name)


def _turn(number: int, turn: Turn, articles: Sequence[Article], last: bool) -> str:
    spoiler = ""
    if turn.answer is None:
        reply = f'<p class="notice">{escape(turn.notice)}</p>'
    else:
        reply = _read_as(number, turn.question, turn.answer.standalone_question)
        reply += _says(number, turn.answer, articles)
        if any(tells_the_plot(citation) for citation in turn.answer.citations):
            spoiler = " spoiler"
            reply = (
                '<p class="veil">This tells some of the plot. <button type="button" class="reveal">Show it</button></p>'
                f'<div class="veiled">{reply}</div>'
            )
    return (
        f'<div class="turn" data-turn="{number}" data-key="{turn.key}"{" data-alone" if turn.alone else ""}>'
        '<p class="question"><span class="speaker">You asked</span> '
        f'<span class="asked">{escape(turn.question)}</span></p>{_edit(number, turn.question, last)}'
        f'<div class="reply{spoiler}">{reply}</div>{_actions(number, turn, last)}</div>'
    )


def _says(number: int, answer: Answer, articles: Sequence[Article]) -> str:
    if answer.kind == "chat":
        return f'<p class="words chat">{escape(answer.text)}</p>'
    if not answer.answered:
        return _refusal(number, answer, articles)
    if answer.kind == "overview":
        return _citations(number, answer, articles)
    percent = int(answer.probability * 100)
    return (
        f'<p class="words">{_numbered(number, answer)}</p>'
        f'<p class="sure" tabindex="0">{sureness(answer.probability)}'
        f'<span class="chance">: {percent} % likely to be right</span></p>' + _citations(number, answer, articles)
    )


def _read_as(number: int, question: str, standalone_question: str) -> str:
    if not reread(question, standalone_question):
        return ""
    return (
        f'<form class="read-as" data-turn="{number}"><label for="reading-{number}">Read as:</label> '
        f'<textarea id="reading-{number}" class="reading" name="question" rows="1" maxlength="500" spellcheck="false">'
        f"{escape(standalone_question)}</textarea>"
        '<button type="submit" class="reread" title="Ask the question as it is written here">Ask again</button></form>'
    )


def _edit(number: int, question: str, last: bool) -> str:
    later = "" if last else '<span class="hint">The questions after this one go.</span>'
    return (
        f'<form class="edit" data-turn="{number}" hidden><textarea name="question" rows="2" maxlength="500" '
        f'aria-label="Edit the question">{escape(question)}</textarea><button type="submit">Ask</button>'
        f'<button type="reset">Cancel</button>{later}</form>'
    )


def _numbered(turn: int, answer: Answer) -> str:
    """The answer's text, each cited piece of it followed by its citation's number."""
    html, rest = "", answer.text
    for number, citation in enumerate(answer.citations):
        before, found, after = rest.partition(citation.text)
        if found:
            html, rest = html + escape(before + found), after
        html += _number(turn, number)
    return html + escape(rest)


def _number(turn: int, number: int) -> str:
    """A citation's number, as a button that shows it. The style sheet draws the figure, so that no text holds it."""
    return (
        f'<button type="button" class="show cite" data-turn="{turn}" data-citation="{number}" '
        f'data-number="{number + 1}" aria-label="Citation {number + 1}: show in the source"></button>'
    )


def _refusal(number: int, answer: Answer, articles: Sequence[Article]) -> str:
    who = "The article does not say." if len(articles) == 1 else "The articles do not say."
    if not answer.citations:
        return f'<p class="words refusal">{who}</p>'
    return (
        f'<p class="words refusal">{who}</p><p class="missing">{escape(missing(answer, articles))}</p>'
        '<p class="nearest-label">The nearest passage, which does not answer the question:</p>'
        f'<div class="nearest-passage">{_citations(number, answer, articles)}</div>'
    )


def _citations(turn: int, answer: Answer, articles: Sequence[Article]) -> str:
    """The quotes with their numbers, each with a button that shows it in the source panel."""
    items = ""
    for number, citation in enumerate(answer.citations):
        items += (
            f'<li data-number="{number + 1}"><blockquote>{_quote(citation, answer)}</blockquote>'
            f'<button type="button" class="show where" data-turn="{turn}" data-citation="{number}" '
            f'title="Show in the source">{escape(_where(citation, articles))}</button></li>'
        )
    return f'<ol class="citations {answer.kind}">{items}</ol>'


def _quote(citation: Citation, answer: Answer) -> str:
    start, end = citation.start - citation.quote_start, citation.end - citation.quote_start
    if not answer.answered or (start, end) == (0, len(citation.quote)):
        return escape(citation.quote)
    before, words, after = citation.quote[:start], citation.quote[start:end], citation.quote[end:]
    return f"{escape(before)}<mark>{escape(words)}</mark>{escape(after)}"


def _where(citation: Citation, articles: Sequence[Article]) -> str:
    section = citation.section or LEAD_TITLE
    if len(articles) == 1:
        return section
    return f"{article_named(citation.article, articles).title} › {section}"


def _actions(number: int, turn: Turn, last: bool) -> str:
    """What can be done with a turn."""
    actions = ""
    if turn.answer is not None and turn.answer.kind != "chat":
        standalone = escape(turn.answer.standalone_question)
        actions += '<button type="button" class="copy">Copy</button>'
        actions += f'<button type="button" class="link" data-question="{standalone}">Copy link</button>'
        for vote, label in (("up", "Good answer"), ("down", "Bad answer")):
            actions += (
                f'<button type="button" class="vote {vote}" data-turn="{number}" data-vote="{vote}" title="{label}" '
                f'aria-label="{label}" aria-pressed="{"true" if turn.vote == vote else "false"}">{_THUMB}</button>'
            )
    actions += '<button type="button" class="change">Edit</button>'
    if last:
        actions += f'<button type="button" class="retry" data-turn="{number}">Retry</button>'
        actions += '<button type="button" class="undo">Undo</button>'
    return f'<div class="actions" role="group" aria-label="Answer {number + 1}">{actions}</div>'
