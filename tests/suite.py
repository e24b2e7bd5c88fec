"""What the suites of `python -m tests.reliability` share."""

from dataclasses import dataclass
from pathlib import Path

from app.pipeline import Pipeline
from app.reader.metrics import f1
from app.reader.records import read_records

TESTS = Path(__file__).parent


@dataclass(frozen=True)
class Row:
    """One figure of the table. `faults` says what went wrong, in the order it was found."""

    figure: str
    measured: str
    faults: tuple[str, ...] = ()


def golden_questions(pipeline: Pipeline, count: int) -> list[tuple[str, str]]:
    """The first questions of questions.jsonl that the pipeline, asked alone, answers with a gold answer's very words.

    `(question, answer)` each. What is compared later is therefore the server, not the reader.
    """
    golden = []
    for record in read_records(TESTS / "questions.jsonl"):
        if record.golds and not record.history:
            answer = pipeline.ask(record.typed)
            if answer.answered and f1(answer.text, [gold.text for gold in record.golds]) == 1:
                golden.append((record.typed, answer.text))
        if len(golden) == count:
            return golden
    raise AssertionError(f"only {len(golden)} golden questions, {count} wanted")
