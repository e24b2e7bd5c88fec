"""Dialogues asked of the whole program turn by turn, with its own earlier answers as the history."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from tqdm import tqdm

from app.answer import Answer
from app.dialogues import Dialogue, Turn
from app.evaluation import RIGHT_F1
from app.pipeline import Pipeline
from app.reader.metrics import f1
from index.article import parse


@dataclass(frozen=True)
class TurnOutcome:
    """What came of one turn. `alone` is the answer to its question without any history, where it should not differ."""

    turn: Turn
    answer: Answer
    alone: Answer | None
    history: tuple[tuple[str, str], ...]
    seconds: float

    @property
    def right(self) -> bool:
        return is_right(self.answer, self.turn)


def is_right(answer: Answer, turn: Turn) -> bool:
    """Of the kind that was meant; a fact, with its gold answer's words cited first, or refused where it has none."""
    if turn.kind != "fact" or answer.kind != "fact":
        return answer.kind == turn.kind
    if not turn.golds or not answer.answered:
        return not turn.golds and not answer.answered
    return f1(answer.citations[0].text, [gold.text for gold in turn.golds]) >= RIGHT_F1


def converse(dialogues: Sequence[Dialogue], pipeline: Pipeline) -> Iterator[TurnOutcome]:
    """Hold every dialogue over its own article, in order; over `pipeline`'s articles where it has none."""
    context, over_context = "", pipeline
    for dialogue in tqdm(dialogues, unit="dialogue"):
        if dialogue.context != context:
            context = dialogue.context
            over_context = pipeline.over(parse(context, f"{dialogue.group}.txt")) if context else pipeline
        history: list[tuple[str, str]] = []
        for turn in dialogue.turns:
            started = time.perf_counter()
            answer = over_context.ask(turn.question, history)
            seconds = time.perf_counter() - started
            stands_alone = history and turn.kind == "fact" and not turn.is_follow_up
            alone = over_context.ask(turn.question) if stands_alone else None
            yield TurnOutcome(turn, answer, alone, tuple(history), seconds)
            history.append((turn.question, answer.text))


def summarise_turns(outcomes: Sequence[TurnOutcome]) -> dict[str, float]:
    """Shares in percent, times in milliseconds; a share is absent where no turn has its kind."""
    facts = [o for o in outcomes if o.turn.kind == "fact"]
    follow_ups = [o for o in facts if o.turn.is_follow_up]
    alone = [o for o in facts if o.alone is not None and o.turn.golds]
    shares = {
        "right_follow_ups": [o.right for o in follow_ups if o.turn.golds],
        "refused_follow_ups": [o.right for o in follow_ups if not o.turn.golds],
        "right_standing_alone": [o.right for o in alone],
        "right_standing_alone_without_history": [is_right(o.alone, o.turn) for o in alone],
        "right": [o.right for o in facts if o.turn.golds],
        "refused": [o.right for o in facts if not o.turn.golds],
        "facts_routed_away": [o.answer.kind != "fact" for o in facts],
        "chat_routed": [o.right for o in outcomes if o.turn.kind == "chat"],
        "overview_routed": [o.right for o in outcomes if o.turn.kind == "overview"],
    }
    figures: dict[str, float] = {"turns": len(outcomes)}
    figures |= {kind: round(100 * float(np.mean(values)), 1) for kind, values in shares.items() if values}
    for kind, asked in (("median_ms", outcomes), ("median_ms_follow_ups", follow_ups)):
        if asked:
            figures[kind] = round(float(np.median([1000 * o.seconds for o in asked])), 1)
    return figures
