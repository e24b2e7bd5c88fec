"""Question-answer records: JSON Lines, plain or gzip, one object a line."""

import gzip
import json
from dataclasses import dataclass
from pathlib import Path


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
    """Read every record of `path`; of a dialogue, each turn that asks for a fact, with the turns before it as history.

    Raises ValueError that names the file, the line and what is wrong with it.
    """
    opener = gzip.open if path.suffix == ".gz" else open
    records = []
    with opener(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                fields = json.loads(line)
                records += _facts(fields) if "turns" in fields else [_record(fields)]
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(f"{path}, line {number}: not a reading record ({error!r})") from error
    return records


def _facts(dialogue: dict) -> list[Record]:
    """The turns of kind "fact" as records, as though the program had answered each turn with its first gold answer."""
    records, history = [], []
    for number, turn in enumerate(dialogue["turns"]):
        if turn["kind"] == "fact":
            about = {"id": f"{dialogue['group']}/{number}", "history": list(history)}
            records.append(_record(dialogue | turn | about))
        history.append((turn["question"], turn["answers"][0]["text"] if turn["answers"] else ""))
    return records


def _record(fields: dict) -> Record:
    golds = tuple(Gold(answer["text"], answer["start"]) for answer in fields["answers"])
    context = fields.get("context", "")
    for gold in golds:
        if context and context[gold.start : gold.end] != gold.text:
            raise ValueError(f"the context does not hold {gold.text!r} at {gold.start}")
    return Record(
        id=fields["id"],
        source=fields.get("source", ""),
        group=fields.get("group", ""),
        question=fields.get("standalone", fields["question"]),
        context=context,
        golds=golds,
        typed=fields["question"],
        history=tuple((question, answer) for question, answer in fields.get("history", [])),
    )
