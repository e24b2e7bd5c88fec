"""Question-answer records: JSON Lines, plain or gzip, one object a line."""

import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import IO


@dataclass(frozen=True)
class Gold:
    """An answer that a person marked: `context[start:start + len(text)] == text`."""

    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(frozen=True)
class Record:
    """A question beside its context, which is empty where the file leaves it out.

    `question` stands alone, `typed` and `history` are as it was asked; `golds` is empty where nothing answers it.
    """

    id: str
    source: str
    group: str
    question: str
    context: str
    golds: tuple[Gold, ...]
    typed: str
    history: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Example:
    """`context[start:end]` answers the question; both are None where nothing in the context does."""

    question: str
    context: str
    start: int | None = None
    end: int | None = None


def read_records(path: Path) -> list[Record]:
    """Read every record of `path`. Raises ValueError that names the file, the line and what is wrong with it."""
    records = []
    with open_lines(path) as lines:
        for number, line in enumerate(lines, start=1):
            try:
                records.append(_record(json.loads(line)))
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(f"{path}, line {number}: not a reading record ({error!r})") from error
    if not records:
        raise ValueError(f"{path} is empty; it must hold a reading record a line")
    return records


def open_lines(path: Path) -> IO[str]:
    """The lines of a JSON Lines file, plain or gzip."""
    return (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8")


def read_golds(answers: list[dict], context: str) -> tuple[Gold, ...]:
    """Raises ValueError where the context, unless it is left out, does not hold an answer where it says."""
    golds = tuple(Gold(answer["text"], answer["start"]) for answer in answers)
    for gold in golds:
        if context and context[gold.start : gold.end] != gold.text:
            raise ValueError(f"the context does not hold {gold.text!r} at {gold.start}")
    return golds


def _record(fields: dict) -> Record:
    context = fields.get("context", "")
    return Record(
        id=fields["id"],
        source=fields.get("source", ""),
        group=fields.get("group", ""),
        question=fields.get("standalone", fields["question"]),
        context=context,
        golds=read_golds(fields["answers"], context),
        typed=fields["question"],
        history=tuple((question, answer) for question, answer in fields.get("history", [])),
    )
