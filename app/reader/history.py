"""How a follow-up is put to the reader with what was said before it."""

from collections.abc import Sequence

TURNS = 2
TURN_WORDS = 20


def with_history(question: str, history: Sequence[tuple[str, str]]) -> str:
    """`question`, then the last `(question, answer)` turns, the latest first, so that what is cut off is the oldest."""
    turns = [" ".join(f"{asked} {answer}".split()[:TURN_WORDS]) for asked, answer in reversed(history[-TURNS:])]
    return " | ".join([question, *turns])
