"""Examples with other names and numbers, so that training teaches to read an article and not to remember it."""

import random
import re
from collections import Counter
from collections.abc import Callable, Iterable

from app.reader.records import Example

_CAPITALISED = re.compile(r"\b[^\W\d_a-z][^\W\d_]+\b")
_RUN = re.compile(rf"{_CAPITALISED.pattern}(?: {_CAPITALISED.pattern})+")
_PLACED = re.compile(rf"\b(?:in|at|from|near|to|of|outside) ({_CAPITALISED.pattern})")
_NUMBER = re.compile(r"(?<![\d,.])\d{2,4}(?![\d,]|\.\d)")
_YEARS = range(1880, 2030)
_LAST_DAY_OF_MONTH = 31
RARE = 4
"""Articles that a made-up name is in, at most: what more of them mention is an award, a country or a studio."""


class Disguise:
    """Swaps the people's names of an article for those of others, and its numbers for numbers of like size."""

    def __init__(self, articles: Iterable[str]) -> None:
        """Collect the names of `articles`: words in runs of capitalised ones that are rare and name no place."""
        articles = list(articles)
        spread = Counter(word for article in articles for word in set(_CAPITALISED.findall(article)))
        in_lower_case = {word for article in articles for word in article.split() if word.islower()}
        places = {word for article in articles for word in _PLACED.findall(article)}
        given, family = set(), set()
        for article in articles:
            for run in _RUN.findall(article):
                first, *others = run.split()
                given.add(first)
                family.update(others)
        usable = {
            word
            for word, count in spread.items()
            if count <= RARE and word not in places and word.lower() not in in_lower_case
        }
        self._family = sorted(family & usable)
        self._given = sorted((given & usable) - family)
        self._names = {name.lower(): self._family for name in self._family} | {
            name.lower(): self._given for name in self._given
        }

    def apply(self, example: Example, rng: random.Random) -> Example:
        """`example` with each name and number changed into one other, the same in question and context."""
        shift = rng.randint(-9, 9)
        changed: dict[str, str] = {}

        def name(word: str) -> str:
            pool = self._names.get(word.lower())
            if pool is None:
                return word
            other = changed.setdefault(word.lower(), rng.choice(pool))
            return other.lower() if word.islower() else other

        def number(digits: str) -> str:
            value = int(digits)
            if value <= _LAST_DAY_OF_MONTH:
                return digits
            if value in _YEARS:
                return str(value + shift)
            return changed.setdefault(digits, str(rng.randint(10 ** (len(digits) - 1), 10 ** len(digits) - 1)))

        def piece(text: str) -> str:
            return _NUMBER.sub(_each(number), re.sub(r"[^\W\d_]+", _each(name), text))

        question = piece(example.question)
        if example.start is None:
            return Example(question, piece(example.context))
        before, answer, after = (
            piece(example.context[part])
            for part in (slice(example.start), slice(example.start, example.end), slice(example.end, None))
        )
        return Example(question, before + answer + after, len(before), len(before) + len(answer))


def _each(change: Callable[[str], str]) -> Callable[[re.Match[str]], str]:
    return lambda match: change(match.group())
