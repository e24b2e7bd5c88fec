"""The conversation as a file to keep: Markdown for people, JSON for programs."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from app.versions import program_version
from app.web.history import Turn, article_sha256
from app.web.render import LEAD_TITLE, reread, sureness
from index.article import Article

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~])")


def as_json(turns: Sequence[Turn], articles: Sequence[Article], model_sha256: str) -> str:
    """Everything, with quotes and their character offsets in the articles, whose hashes are given."""
    document = {
        "program": "ask-the-film",
        "version": program_version(),
        "saved": _now(),
        "model_sha256": model_sha256,
        "articles": [
            {"name": article.name, "title": article.title, "sha256": article_sha256(article)} for article in articles
        ],
        "turns": [
            {"question": turn.question, "vote": turn.vote or None}
            | ({"notice": turn.notice} if turn.answer is None else asdict(turn.answer))
            for turn in turns
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def as_markdown(turns: Sequence[Turn], articles: Sequence[Article], model_sha256: str) -> str:
    """Questions, answers and the sentences that prove them."""
    blocks = [f"# {_text(', '.join(article.title for article in articles))}: questions and answers"]
    blocks.append(
        "\n".join(
            [f"- Article: {_text(article.name)}, SHA-256 `{article_sha256(article)}`" for article in articles]
            + [f"- Model: SHA-256 `{model_sha256}`", f"- Program: ask-the-film {program_version()}, saved {_now()}"]
        )
    )
    for number, turn in enumerate(turns, 1):
        blocks += [f"## {number}. {_text(turn.question)}", *_reply(turn, articles)]
    return "\n\n".join(blocks) + "\n"


def _reply(turn: Turn, articles: Sequence[Article]) -> list[str]:
    answer = turn.answer
    if answer is None:
        return [_text(turn.notice)]
    blocks = []
    if reread(turn.question, answer.standalone_question):
        blocks.append(f"Read as: *{_text(answer.standalone_question)}*")
    if answer.kind == "chat":
        return [*blocks, _text(answer.text)]
    if answer.answered:
        sure = f" ({sureness(answer.probability).lower()}, {int(answer.probability * 100)} %)"
        blocks.append(f"**{_text(answer.text)}**{sure if answer.kind == 'fact' else ''}")
    else:
        blocks.append("The article does not say. The nearest passage:")
    for citation in answer.citations:
        where = f"{citation.article}, {citation.section or LEAD_TITLE}, characters {citation.start}–{citation.end}"
        blocks += ["\n".join(f"> {_text(line)}" for line in citation.quote.splitlines()), f"({_text(where)})"]
    return blocks


def _text(text: str) -> str:
    """`text` on one line, with what Markdown would read as its own kept as it is."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
