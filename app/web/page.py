"""The page: a Gradio Blocks that turns clicks and typed questions into renderings of `app.web.render`."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

import gradio as gr

from app.answer import QuestionError
from app.web.render import (
    Turn,
    article_named,
    render_article,
    render_conversation,
    render_header,
    render_status,
    render_welcome,
)
from index.article import Article

if TYPE_CHECKING:  # it brings in faiss and the inference runtime, which the first paint must not wait for
    from app.pipeline import Pipeline

MAX_QUESTION_LENGTH = 500
READERS_AT_ONCE = 2

logger = logging.getLogger(__name__)

# The log keeps the focus when an example button vanishes under it. `trigger` calls the Python listener of that name.
_CHAT_SCRIPT = """
element.addEventListener('click', (event) => {
    const example = event.target.closest('.example');
    const where = event.target.closest('.where');
    if (example) {
        element.querySelector('.log').focus({preventScroll: true});
        trigger('submit', {question: example.textContent});
    }
    if (where) {
        trigger('select', {turn: Number(where.dataset.turn), citation: Number(where.dataset.citation)});
        document.getElementById('source').scrollIntoView({block: 'nearest'});
    }
});
watch('value', () => {
    const log = element.querySelector('.log');
    const turn = log.querySelector('.turn:last-child');
    if (turn) log.scrollTop += turn.getBoundingClientRect().top - log.getBoundingClientRect().top;
});
"""

# Scrolls inside the panel alone: scrollIntoView would move the page too, away from the answer on a phone.
_SOURCE_SCRIPT = """
watch('value', () => {
    const panel = element.querySelector('.source');
    const mark = panel?.querySelector('mark[aria-current]');
    if (!panel) return;
    if (!mark) panel.scrollTop = 0;
    else panel.scrollTop += mark.getBoundingClientRect().top - panel.getBoundingClientRect().top
                            - panel.clientHeight / 3;
});
"""


def build_page(loading: "Future[Pipeline]", title: str, tagline: str, examples: Sequence[str]) -> gr.Blocks:
    """The page, which can be shown at once: what needs the pipeline waits for `loading`.

    The conversation is a tuple of turns in a state of the browser's tab, so tabs do not mix.
    """

    async def show_loading() -> AsyncIterator[tuple[Any, ...]]:
        if not loading.done():
            yield render_status("Loading the reader and the index…", "loading"), gr.skip()
        try:
            pipeline = await asyncio.wrap_future(loading)
        except Exception as error:
            yield render_status(_not_started(error), "failed"), gr.skip()
        else:
            yield render_status("Ready", "ready"), render_article(pipeline.articles[0])

    def ask(typed: str, turns: tuple[Turn, ...], event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        question = (event._data or {}).get("question", typed).strip()
        if not question:
            yield "", gr.skip(), gr.skip(), gr.skip()
            return
        notice = "Reading the article…" if loading.done() else "Still loading. Your question is next…"
        waiting = (*turns, Turn(question, notice=notice))
        yield "", gr.skip(), render_conversation(waiting, _articles(loading)), gr.skip()
        turns = (*turns, _turn(loading, question, turns))
        source = gr.skip() if turns[-1].answer is None else _source(turns[-1], 0, _articles(loading))
        yield gr.skip(), turns, render_conversation(turns, _articles(loading)), source

    def show_citation(turns: tuple[Turn, ...], event: gr.EventData) -> str:
        return _source(turns[event.turn], event.citation, _articles(loading))

    def start_again() -> tuple[Any, ...]:
        articles = _articles(loading)
        return "", (), render_welcome(examples), render_article(articles[0]) if articles else gr.skip()

    with gr.Blocks(title=title, analytics_enabled=False, fill_width=True) as page:
        turns = gr.State(())
        with gr.Row(elem_id="top"):
            gr.HTML(render_header(title, tagline), elem_id="header", apply_default_css=False)
            status = gr.HTML(elem_id="status", apply_default_css=False)
        with gr.Row(elem_id="columns"):
            with gr.Column(elem_id="talk"):
                chat = gr.HTML(
                    render_welcome(examples), js_on_load=_CHAT_SCRIPT, elem_id="chat", apply_default_css=False
                )
                with gr.Row(elem_id="asking"):
                    box = gr.Textbox(
                        label="Your question",
                        placeholder="Ask in plain words…",
                        lines=1,
                        max_lines=4,
                        max_length=MAX_QUESTION_LENGTH,
                        autofocus=True,
                        elem_id="question",
                        html_attributes=gr.InputHTMLAttributes(autocomplete="off", enterkeyhint="send"),
                    )
                    button = gr.Button("Ask", variant="primary", elem_id="ask")
                    again = gr.Button("New conversation", elem_id="again")
            source = gr.HTML(
                '<div class="source"></div>', js_on_load=_SOURCE_SCRIPT, elem_id="source", apply_default_css=False
            )

        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        shown = [box, turns, chat, source]
        # One listener for all three ways to ask: while it runs, the browser sends no second question of this tab.
        asking = gr.on(
            [box.submit, button.click, chat.submit],
            ask,
            [box, turns],
            shown,
            trigger_mode="once",
            concurrency_limit=READERS_AT_ONCE,
            **quiet,
        )
        chat.select(show_citation, [turns], [source], **quiet)
        again.click(start_again, None, shown, cancels=[asking], **quiet)
        page.load(show_loading, None, [status, source], concurrency_limit=None, **quiet)
    return page


def _articles(loading: "Future[Pipeline]") -> tuple[Article, ...]:
    """The pipeline's articles, or none before it is loaded and where it cannot be."""
    return loading.result().articles if loading.done() and loading.exception() is None else ()


def _turn(loading: "Future[Pipeline]", question: str, turns: Sequence[Turn]) -> Turn:
    """Ask, after loading, and turn what went wrong into words for the page."""
    try:
        pipeline = loading.result()
    except Exception as error:
        return Turn(question, notice=_not_started(error))
    history = [(turn.question, turn.answer.text) for turn in turns if turn.answer is not None]
    try:
        return Turn(question, pipeline.ask(question, history))
    except QuestionError as error:
        return Turn(question, notice=str(error))
    except Exception:
        logger.exception("no answer to %r", question)
        return Turn(question, notice="Something went wrong while reading. Please try again, or ask in other words.")


def _source(turn: Turn, number: int, articles: Sequence[Article]) -> str:
    """The article that the turn's citation `number` stands in, opened there."""
    citation = turn.answer.citations[number]
    return render_article(article_named(citation.article, articles), turn.answer, number, view=time.monotonic_ns())


def _not_started(error: Exception) -> str:
    return f"The program could not start: {error}"
