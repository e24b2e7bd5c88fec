"""Questions as people type them in a hurry."""

import random
import re


def roughen(question: str, rng: random.Random) -> str:
    """The question as people type in a hurry: no marks, no apostrophes, now and then a slip of the finger."""
    if rng.random() < 0.7:
        question = question.rstrip(" ?.")
    if rng.random() < 0.6:
        question = re.sub(r"['’,]", "", question).lower()
    for _ in range(rng.choice((0, 0, 1, 1, 2))):
        question = misspell(question, rng)
    return question


def misspell(question: str, rng: random.Random) -> str:
    """The question with a slip of the finger in one of its longer words, if it has any."""
    words = question.split(" ")
    if long_words := [place for place, word in enumerate(words) if len(word) > 3]:
        chosen = rng.choice(long_words)
        words[chosen] = _slip(words[chosen], rng)
    return " ".join(words)


def _slip(word: str, rng: random.Random) -> str:
    """One letter lost, doubled, or changed places with the next."""
    place = rng.randrange(1, len(word) - 1)
    kind = rng.choice(("lost", "doubled", "swapped"))
    if kind == "lost":
        return word[:place] + word[place + 1 :]
    if kind == "doubled":
        return word[:place] + word[place] + word[place:]
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
