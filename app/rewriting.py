"""Rewrites against those that people wrote for the same follow-ups, where the article itself is not at hand."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.condense import condense
from app.reader.metrics import f1
from app.reader.records import open_lines

HISTORY_TURNS = 8


@dataclass(frozen=True)
class Rewritten:
    """A follow-up on `topic`, the (question, answer) turns before it, and the standalone question a person wrote."""

    topic: str
    history: tuple[tuple[str, str], ...]
    question: str
    human: str


def read_rewrites(path: Path) -> list[Rewritten]:
    """Read every rewrite of `path`, `{"history", "question", "rewrite"}`. Raises ValueError naming file and line.

    `history` alternates questions and answers after two texts that give the topic.
    """
    rewrites = []
    with open_lines(path) as lines:
        for number, line in enumerate(lines, start=1):
            try:
                fields = json.loads(line)
                topic, _, *said = fields["history"]
                turns = tuple(zip(said[::2], said[1::2]))
                rewrites.append(Rewritten(topic, turns, fields["question"], fields["rewrite"]))
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(f"{path}, line {number}: not a rewrite ({error!r})") from error
    return rewrites


def compare(rewrites: Sequence[Rewritten]) -> dict[str, float]:
    """Mean F1 of words with the human rewrite, in percent: of the question as typed, and as the rules complete it.

    These dialogues are on people, so the topic is taken to have been asked about first.
    """
    typed = [f1(each.question, [each.human]) for each in rewrites]
    completed = [f1(_completed(each), [each.human]) for each in rewrites]
    return {
        "questions": len(rewrites),
        "typed_f1": round(100 * float(np.mean(typed)), 1),
        "rewritten_f1": round(100 * float(np.mean(completed)), 1),
    }


def _completed(each: Rewritten) -> str:
    return condense(each.question, [("Who is it about?", each.topic), *each.history[-HISTORY_TURNS + 1 :]], "")
