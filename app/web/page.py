"""The page: a Gradio Blocks that turns clicks and typed questions into renderings of `app.web.render`.

The server keeps no conversation. The page's script (conversation.js) sends it along with every request, in the event's
data, and `app.web.history` believes of it what it can check.
"""

import asyncio
import contextlib
import json
import logging
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import gradio as gr
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field, ValidationError

from app.answer import QuestionError
from app.feedback import feedback_folder, store
from app.web.history import MAX_TEXT, Turn, article_sha256, fitting, load_turns
from app.web.panel import render_article
from app.web.render import (
    article_named,
    render_conversation,
    render_header,
    render_ideas,
    render_status,
    render_tools,
)
from app.web.suggestions import Suggestions
from app.web.transcript import as_json, as_markdown
from index.article import Article

if TYPE_CHECKING:  # it brings in faiss and the inference runtime, which the first paint must not wait for
    from app.pipeline import Pipeline

MAX_QUESTION_LENGTH = 500
READERS_AT_ONCE = 2
FIRST_IDEAS, NEXT_IDEAS = 4, 3
IDEAS_WAIT_SECONDS = 15
FILE_NAME = "ask-the-film"

_HERE = Path(__file__).parent
# What this tab kept, else what any tab kept last.
_READ_SAVED = """() => {
    const kept = (storage) => { try { return window[storage].getItem('ask-the-film.turns'); } catch { return null; } };
    return [kept('sessionStorage') ?? kept('localStorage') ?? ''];
}"""
_FAILED = "() => document.dispatchEvent(new CustomEvent('ask-failed', {detail: '%s'}))"
_DOWNLOAD = "(file) => document.dispatchEvent(new CustomEvent('ask-download', {detail: file}))"

logger = logging.getLogger(__name__)


class Sent(BaseModel):
    """What the page's script sends with an event; each event reads its part of it."""

    question: str = ""
    alone: bool = False
    as_written: bool = False
    turns: str = ""
    turn: Annotated[int, Field(ge=0)] | None = None
    citation: Annotated[int, Field(ge=0)] = 0
    vote: Literal["up", "down"] = "up"
    format: Literal["md", "json"] = "md"


def build_page(loading: "Future[Pipeline]", title: str, tagline: str, examples: Sequence[str]) -> gr.Blocks:
    """The page, which can be shown at once: what needs the pipeline waits for `loading`.

    `examples` are tried first as suggestions, and shown where the program answers them surely.
    """
    suggestions = Suggestions(loading, examples)
    # Few, since whatever thread has read once keeps some memory from then on, and Gradio has forty of them.
    readers = ThreadPoolExecutor(READERS_AT_ONCE, "read")

    def shown(turns: Sequence[Turn]) -> tuple[str, str]:
        """The conversation and the ideas for its next question."""
        ideas = suggestions.next(turns, NEXT_IDEAS if turns else FIRST_IDEAS)
        articles = _articles(loading)
        return (
            render_conversation(turns, articles, time.monotonic_ns(), saved=bool(articles)),
            render_ideas(ideas, bool(turns)),
        )

    async def open_page(saved: str) -> AsyncIterator[tuple[Any, ...]]:
        if not loading.done():
            yield render_status("Loading the reader and the index…", "loading"), gr.skip(), gr.skip(), gr.skip()
        try:
            pipeline = await asyncio.wrap_future(loading)
        except Exception as error:
            yield render_status(_not_started(error), "failed"), *shown(()), gr.skip()
        else:
            turns = load_turns(saved, pipeline.articles)
            yield render_status("Ready", "ready"), *shown(turns), _newest_source(turns, pipeline.articles)
            await suggestions.wait_for(FIRST_IDEAS, IDEAS_WAIT_SECONDS)
            yield gr.skip(), gr.skip(), shown(turns)[1], gr.skip()

    def once_loaded(listener: Callable[[gr.EventData], Any]) -> Callable[[gr.EventData], Awaitable[Any]]:
        """`listener`, called in a thread once loading has ended: before that, no turn that a tab sends can be checked.

        Only the loop waits, since a thread that does would hold up Ctrl-C until the end of loading.
        """

        @wraps(listener)
        async def called(event: gr.EventData) -> Any:
            with contextlib.suppress(Exception):  # which `ask` tells the visitor
                await asyncio.shield(asyncio.wrap_future(loading))
            return await run_in_threadpool(listener, event)

        return called

    @once_loaded
    def ask(event: gr.EventData) -> tuple[Any, ...]:
        sent, turns = _read(event, loading)
        earlier = turns if sent.turn is None else turns[: sent.turn]
        # A lone surrogate, which JSON and browsers can send, can be neither read nor kept.
        # One too long to be read is kept as far as it can be, and refused in words by the pipeline.
        question = sent.question.encode("utf-8", "replace").decode("utf-8").strip()[:MAX_TEXT]
        if not question:
            return *shown(turns), gr.skip()
        with suggestions.standing_back():
            turn = readers.submit(_answered, loading, question, sent.alone, sent.as_written, earlier).result()
            turns = fitting((*earlier, turn), _articles(loading))
        source = gr.skip() if turns[-1].answer is None else _newest_source(turns, _articles(loading))
        return *shown(turns), source

    @once_loaded
    def show_citation(event: gr.EventData) -> Any:
        sent, turns = _read(event, loading)
        turn = turns[sent.turn] if sent.turn is not None and sent.turn < len(turns) else None
        if turn is None or turn.answer is None or sent.citation >= len(turn.answer.citations):
            return gr.skip()
        return _source(turn, sent.citation, _articles(loading))

    @once_loaded
    def undo(event: gr.EventData) -> tuple[Any, ...]:
        _, turns = _read(event, loading)
        return *shown(turns[:-1]), _newest_source(turns[:-1], _articles(loading))

    @once_loaded
    def vote(event: gr.EventData) -> tuple[str, str]:
        sent, turns = _read(event, loading)
        if sent.turn is not None and sent.turn < len(turns) and turns[sent.turn].answer is not None:
            voted = _voted(turns[sent.turn], sent.vote, _articles(loading), _model_sha256(loading))
            turns = (*turns[: sent.turn], voted, *turns[sent.turn + 1 :])
        return shown(turns)

    def start_again() -> tuple[Any, ...]:
        return *shown(()), _newest_source((), _articles(loading))

    @once_loaded
    def save(event: gr.EventData) -> str:
        sent, turns = _read(event, loading)
        write, kind = (as_json, "application/json") if sent.format == "json" else (as_markdown, "text/markdown")
        text = write(turns, _articles(loading), _model_sha256(loading))
        return json.dumps({"name": f"{FILE_NAME}.{sent.format}", "type": kind, "text": text})

    with gr.Blocks(title=title, analytics_enabled=False, fill_width=True) as page:
        saved = gr.Textbox(visible=False)
        file = gr.Textbox(visible=False)
        with gr.Row(elem_id="top"):
            gr.HTML(render_header(title, tagline), elem_id="header", apply_default_css=False)
            status = gr.HTML(elem_id="status", apply_default_css=False)
        with gr.Row(elem_id="columns"):
            with gr.Column(elem_id="talk"):
                chat = gr.HTML(
                    render_conversation((), (), saved=False),
                    js_on_load=(_HERE / "conversation.js").read_text("utf-8"),
                    elem_id="chat",
                    apply_default_css=False,
                )
                ideas = gr.HTML(render_ideas((), False), elem_id="ideas", apply_default_css=False)
                with gr.Row(elem_id="asking"):
                    gr.Textbox(
                        label="Your question",
                        placeholder="Ask in plain words…",
                        lines=1,
                        max_lines=4,
                        max_length=MAX_QUESTION_LENGTH,
                        interactive=True,
                        autofocus=True,
                        elem_id="question",
                        html_attributes=gr.InputHTMLAttributes(autocomplete="off", enterkeyhint="send"),
                    )
                    gr.Button("Ask", variant="primary", elem_id="ask")
                gr.HTML(
                    render_tools(),
                    js_on_load=(_HERE / "tools.js").read_text("utf-8"),
                    elem_id="tools",
                    apply_default_css=False,
                )
            source = gr.HTML(
                '<div class="source"></div>',
                js_on_load=(_HERE / "source.js").read_text("utf-8"),
                elem_id="source",
                apply_default_css=False,
            )

        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "trigger_mode": "multiple"}
        conversation = [chat, ideas]
        asking = chat.ask(ask, None, [*conversation, source], concurrency_limit=READERS_AT_ONCE, **quiet)
        undoing = chat.undo(undo, None, [*conversation, source], **quiet)
        voting = chat.vote(vote, None, conversation, **quiet)
        called_off = [asking, undoing, voting]
        clearing = chat.clear(start_again, None, [*conversation, source], cancels=called_off, **quiet)
        changing = {"ask": asking, "undo": undoing, "vote": voting, "clear": clearing}
        for name, event in changing.items():
            event.failure(None, None, None, js=_FAILED % name, **quiet)
        chat.show(show_citation, None, [source], **quiet)
        chat.save(save, None, [file], **quiet).success(None, [file], None, js=_DOWNLOAD, **quiet)
        unlimited: dict[str, Any] = {"js": _READ_SAVED, "concurrency_limit": None} | quiet
        for load in (page.load, chat.open):  # the page's script opens again what was refused
            opening = load(open_page, [saved], [status, *conversation, source], **unlimited)
            opening.failure(None, None, None, js=_FAILED % "open", **quiet)
    return page


def _read(event: gr.EventData, loading: "Future[Pipeline]") -> tuple[Sent, tuple[Turn, ...]]:
    """What was sent, and the conversation in it as far as it holds. Raises gr.Error where the page never sends such."""
    try:
        sent = Sent.model_validate(event._data or {})
    except ValidationError as error:
        raise gr.Error("The request is not one of this page's; reload the page.", print_exception=False) from error
    return sent, load_turns(sent.turns, _articles(loading))


def _articles(loading: "Future[Pipeline]") -> tuple[Article, ...]:
    """The pipeline's articles, or none before it is loaded and where it cannot be."""
    return loading.result().articles if _is_loaded(loading) else ()


def _model_sha256(loading: "Future[Pipeline]") -> str:
    return loading.result().model_sha256 if _is_loaded(loading) else ""


def _is_loaded(loading: "Future[Pipeline]") -> bool:
    return loading.done() and loading.exception() is None


def _answered(
    loading: "Future[Pipeline]", question: str, alone: bool, as_written: bool, earlier: Sequence[Turn]
) -> Turn:
    """Ask, after loading, and turn what went wrong into words for the page."""
    try:
        pipeline = loading.result()
    except Exception as error:
        return Turn(question, notice=_not_started(error))
    history = [] if alone else [(turn.question, turn.answer.text) for turn in earlier if turn.answer is not None]
    try:
        answer = pipeline.ask(question, history, as_written=as_written)
        return Turn(question, answer, alone=alone, key=secrets.token_hex(8))
    except QuestionError as error:
        notice = str(error)
    except Exception:
        logger.exception("no answer to %r", question)
        notice = "Something went wrong while reading. Please try again, or ask in other words."
    return Turn(question, notice=notice, alone=alone)


def _voted(turn: Turn, vote: str, articles: Sequence[Article], model_sha256: str) -> Turn:
    """The turn with the vote, which is stored; the same vote again takes it back."""
    voted = Turn(turn.question, turn.answer, turn.notice, turn.alone, turn.key, "" if turn.vote == vote else vote)
    try:
        store(
            feedback_folder(),
            voted.key,
            voted.vote,
            voted.question,
            voted.answer,
            {article.name: article_sha256(article) for article in articles},
            model_sha256,
        )
    except OSError as error:
        logger.warning("the vote could not be kept in %s: %s", feedback_folder(), error)
        gr.Warning("Your vote could not be kept: the program cannot write to its folder.")
        return turn
    return voted


def _newest_source(turns: Sequence[Turn], articles: Sequence[Article]) -> Any:
    """The panel at the first citation of the last turn, or at the top of the article where it has none."""
    if not articles:
        return gr.skip()
    if turns and turns[-1].answer is not None and turns[-1].answer.citations:
        return _source(turns[-1], 0, articles)
    return render_article(articles[0], view=time.monotonic_ns())


def _source(turn: Turn, number: int, articles: Sequence[Article]) -> str:
    """The article that the turn's citation `number` stands in, opened there."""
    citation = turn.answer.citations[number]
    return render_article(article_named(citation.article, articles), turn.answer, number, view=time.monotonic_ns())


def _not_started(error: Exception) -> str:
    return f"The program could not start: {error}"
