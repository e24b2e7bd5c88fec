"""Questions with known answers, asked of the whole program: retrieve among an article's passages, then read."""

import random
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from tqdm import tqdm

from app.answer import Answer
from app.pipeline import Candidate, Pipeline
from app.reader.calibration import expected_calibration_error
from app.reader.metrics import f1
from app.reader.records import Record
from app.reader.rough import misspell
from index.article import parse

RIGHT_F1 = 0.5
"""An answer whose words agree with a gold answer's at least so far (F1 of SQuAD) counts as right."""


@dataclass(frozen=True)
class Outcome:
    """What came of one question. `best` is the words of the best candidate, also where the program refused.

    `alone` is the answer to a follow-up when its history is kept from the program.
    """

    record: Record
    answer: Answer
    alone: Answer | None
    best: str
    seconds: float

    @property
    def right(self) -> bool:
        return _is_answered_right(self.answer, self.record)

    @property
    def right_alone(self) -> bool:
        return self.alone is not None and _is_answered_right(self.alone, self.record)


def _is_answered_right(answer: Answer, record: Record) -> bool:
    """Answered with the words of a gold answer, or refused where there is none."""
    if not record.golds or not answer.answered:
        return not record.golds and not answer.answered
    return is_right(answer.citations[0].text, record)


def is_right(text: str, record: Record) -> bool:
    return bool(record.golds) and f1(text, [gold.text for gold in record.golds]) >= RIGHT_F1


def ask_all(records: Sequence[Record], pipeline: Pipeline) -> Iterator[Outcome]:
    """Ask what was typed, with its history, of the record's context; of `pipeline`'s articles where it has none."""
    for record, asked in with_pipelines(records, pipeline):
        started = time.perf_counter()
        answer = asked.ask(record.typed, record.history)
        seconds = time.perf_counter() - started
        best = answer.citations[0].text if answer.answered else best_text(
            asked.reading(record.typed, record.history).candidates
        )
        alone = asked.ask(record.typed) if record.history else None
        yield Outcome(record, answer, alone, best, seconds)


def typed_roughly(records: Sequence[Record], seed: int = 0) -> list[Record]:
    """Each question in lower case, without marks, with one slip of the finger."""
    rng = random.Random(seed)
    return [
        replace(record, typed=misspell(re.sub(r"[^\w\s-]", "", record.typed).lower(), rng)) for record in records
    ]


def of_whole_articles(records: Sequence[Record]) -> list[Record]:
    """Each question beside all contexts of its group, a paragraph each, in place of its own alone."""
    contexts: dict[str, dict[str, int]] = {}
    for record in records:
        starts = contexts.setdefault(record.group, {})
        if record.context not in starts:
            starts[record.context] = sum(len(context) + 1 for context in starts)
    return [
        replace(
            record,
            context="\n".join(contexts[record.group]),
            golds=tuple(replace(g, start=g.start + contexts[record.group][record.context]) for g in record.golds),
        )
        for record in sorted(records, key=lambda record: record.group)
    ]


def of_another_article(records: Sequence[Record]) -> list[Record]:
    """Each question beside the next group's context, which does not answer it."""
    context_of = {record.group: record.context for record in records}
    groups = sorted(context_of)
    following = dict(zip(groups, groups[1:] + groups[:1]))
    return [replace(record, context=context_of[following[record.group]], golds=()) for record in records]


def best_text(candidates: Sequence[Candidate]) -> str:
    return candidates[0].text if candidates else ""


def with_pipelines(records: Sequence[Record], pipeline: Pipeline) -> Iterator[tuple[Record, Pipeline]]:
    """Each record beside a pipeline over its context as an article; an index is built where the context changes."""
    context, over_context = "", pipeline
    for record in tqdm(records, unit="question"):
        if record.context != context:
            context = record.context
            over_context = pipeline.over(parse(context, f"{record.group}.txt")) if context else pipeline
        yield record, over_context


def summarise(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Shares in percent, times in milliseconds; a share is absent where no question has its kind."""
    figures: dict[str, float] = {"questions": len(outcomes)}
    kinds = {
        "right": [o for o in outcomes if o.record.golds],
        "right_follow_ups": [o for o in outcomes if o.record.golds and o.record.history],
        "refused": [o for o in outcomes if not o.record.golds],
        "refused_follow_ups": [o for o in outcomes if not o.record.golds and o.record.history],
    }
    for kind, asked in kinds.items():
        if asked:
            figures[kind] = round(100 * float(np.mean([o.right for o in asked])), 1)
    if kinds["right_follow_ups"]:
        alone = np.mean([o.right_alone for o in kinds["right_follow_ups"]])
        figures["right_follow_ups_without_history"] = round(100 * float(alone), 1)
    answered = [o for o in outcomes if o.answer.answered]
    figures["wrong_among_answered"] = round(100 * float(np.mean([not o.right for o in answered] or [0])), 1)
    error = expected_calibration_error(
        np.array([o.answer.probability for o in outcomes]), np.array([is_right(o.best, o.record) for o in outcomes])
    )
    figures["expected_calibration_error"] = round(error, 3)
    milliseconds = [1000 * o.seconds for o in outcomes]
    figures["median_ms"] = round(float(np.median(milliseconds)), 1)
    figures["p95_ms"] = round(float(np.percentile(milliseconds, 95)), 1)
    return figures
