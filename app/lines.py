"""The JSON Lines door: a question a line in, an answer a line out, in the same order."""

import json
import math
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from app.answer import Answer, QuestionError
from app.pipeline import Pipeline

MAX_LINE_BYTES = 1_000_000


@dataclass(frozen=True)
class Question:
    id: str | int | float | None
    text: str
    history: tuple[tuple[str, str], ...]


class LineError(ValueError):
    """The line is not a question; `id` is what it calls itself, where that can be read."""

    def __init__(self, message: str, id: str | int | float | None = None) -> None:
        super().__init__(message)
        self.id = id


def answer_lines(lines: Iterable[bytes], pipeline: Pipeline) -> Iterator[str]:
    """One JSON object for every line that is not blank: the answer, or `{"id", "error"}` where it is not valid."""
    for line in lines:
        if not line.strip():
            continue
        started = time.perf_counter()
        try:
            question = parse_line(line)
        except LineError as error:
            yield dump({"id": error.id, "error": str(error)})
            continue
        try:
            answer = pipeline.ask(question.text, question.history)
        except QuestionError as error:
            yield dump({"id": question.id, "error": str(error)})
            continue
        yield dump({"id": question.id, **to_json(answer, time.perf_counter() - started)})


def parse_line(line: bytes) -> Question:
    """Raises LineError, which says the value, the rule and the remedy."""
    if len(line) > MAX_LINE_BYTES:
        raise LineError(f"the line has {len(line):,} bytes, more than the {MAX_LINE_BYTES:,} that are read; shorten it")
    try:
        fields = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise LineError(f"not JSON in UTF-8 ({error}); write one object a line") from error
    if not isinstance(fields, dict):
        raise LineError(f"got a JSON {type(fields).__name__}; write an object with a \"question\"")
    id = fields.get("id")
    if not isinstance(id, str | int | float | None) or isinstance(id, float) and not math.isfinite(id):
        raise LineError(f"\"id\" must be a string or a finite number, got {type(id).__name__}")
    question = fields.get("question")
    if not isinstance(question, str):
        raise LineError(f"\"question\" must be a string, got {type(question).__name__}", id)
    return Question(id, question, _history(fields.get("history"), id))


def _history(turns: Any, id: str | int | float | None) -> tuple[tuple[str, str], ...]:
    rule = '"history" must be a list of [question, answer] pairs of strings'
    if turns is None:
        return ()
    if not isinstance(turns, list):
        raise LineError(f"{rule}, got {type(turns).__name__}", id)
    for turn in turns:
        if not (isinstance(turn, list) and len(turn) == 2 and all(isinstance(text, str) for text in turn)):
            raise LineError(f"{rule}, got {json.dumps(turn)[:80]}", id)
    return tuple((question, answer) for question, answer in turns)


def to_json(answer: Answer, seconds: float) -> dict[str, Any]:
    """The answer in the fields that the command line promises."""
    return {
        "answered": answer.answered,
        # What is said to small talk is not of the article.
        "answer": answer.text if answer.answered else "",
        "probability": round(answer.probability, 4),
        "standalone_question": answer.standalone_question,
        "citations": [
            {
                "article": citation.article,
                "section": citation.section,
                "start": citation.start,
                "end": citation.end,
                "text": citation.text,
                "quote": citation.quote,
            }
            for citation in answer.citations
        ],
        "seconds": round(seconds, 4),
    }


def dump(fields: dict[str, Any]) -> str:
    """One line of JSON that can always be written as UTF-8."""
    text = json.dumps(fields, ensure_ascii=False)
    # A lone surrogate from the input cannot be written as UTF-8, but JSON can escape it.
    return text if _encodable(text) else json.dumps(fields)


def _encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
