"""Written dialogues: JSON Lines, plain or gzip, one conversation about one article a line."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from app.reader.records import Gold, Record, open_lines, read_golds

KINDS = ("fact", "overview", "chat")


@dataclass(frozen=True)
class Turn:
    """One question as typed, and as a person would ask it without the turns before it.

    A fact without `golds` is one that the article does not tell; the other kinds have none.
    """

    question: str
    standalone: str
    kind: str
    golds: tuple[Gold, ...]

    @property
    def is_follow_up(self) -> bool:
        """Whether the question needs the turns before it: it and `standalone` differ in their words."""
        return _words(self.question) != _words(self.standalone)


@dataclass(frozen=True)
class Dialogue:
    source: str
    group: str
    context: str
    turns: tuple[Turn, ...]


def kind_of(path: Path) -> str:
    """What a file of questions holds, by its first line: "dialogues", "rewrites" or "records"."""
    with open_lines(path) as lines:
        first = next(iter(lines), "")
    return "dialogues" if '"turns"' in first else "rewrites" if '"rewrite"' in first else "records"


def read_dialogues(path: Path) -> list[Dialogue]:
    """Read every dialogue of `path`. Raises ValueError that names the file, the line and what is wrong with it."""
    dialogues = []
    with open_lines(path) as lines:
        for number, line in enumerate(lines, start=1):
            try:
                fields = json.loads(line)
                turns = tuple(_turn(turn, fields["context"]) for turn in fields["turns"])
                dialogues.append(Dialogue(fields["source"], fields["group"], fields["context"], turns))
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(f"{path}, line {number}: not a dialogue ({error!r})") from error
    return dialogues


def facts(dialogue: Dialogue) -> list[Record]:
    """The turns of kind "fact" as records, as though the program had answered each turn with its first gold answer."""
    records, history = [], []
    for number, turn in enumerate(dialogue.turns):
        if turn.kind == "fact":
            records.append(
                Record(
                    id=f"{dialogue.group}/{number}",
                    source=dialogue.source,
                    group=dialogue.group,
                    question=turn.standalone,
                    context=dialogue.context,
                    golds=turn.golds,
                    typed=turn.question,
                    history=tuple(history),
                )
            )
        history.append((turn.question, turn.golds[0].text if turn.golds else ""))
    return records


def _turn(fields: dict, context: str) -> Turn:
    if fields["kind"] not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {fields['kind']!r}")
    return Turn(fields["question"], fields["standalone"], fields["kind"], read_golds(fields["answers"], context))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold().replace("'", "").replace("’", ""))
