"""A question with slips of the finger → the words that were meant, those of the article before all others.

Of the words that are one slip away, the likeliest under a noisy channel (Kernighan, Church and Gale 1990): how common
the word is, times how common the slip. What is a word of the article, of English or of the encoder's stays.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from spellchecker import SpellChecker
from tokenizers import Tokenizer

from app.words import FUNCTION_WORDS, QUESTION_WORDS
from index.article import Article
from index.encoder import model_folder

SHORTEST, LONGEST = 3, 20
"""Letters of a word that is looked at."""
UNKNOWN_WORDS = 8
"""A text with more of them is no English with a slip here and there, and stays as it is."""
MEANT_FROM, WRONG_LETTER_FROM = 4, 5
"""Letters of a word that may be meant, and of one in which a letter may be wrong: too many short words are alike."""
COMMON = 5_000
"""Occurrences in the dictionary's texts of a word that may be meant without being the article's."""
EXPECTED = 1_000_000
"""A word of the article, or one that asks, counts as this many more occurrences."""
WRONG_LETTER = 0.1
"""A wrong letter, or one too many, against one that is lost, doubled or in its neighbour's place."""

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


class Spelling:
    """Corrects questions about `articles`."""

    def __init__(self, articles: Iterable[Article]) -> None:
        # Read now, a fifth of a second once, since the first question must not wait for it.
        self._dictionary, self._vocabulary = _dictionary(), _vocabulary()
        self._of_the_articles: dict[str, str] = {}
        """Each word in lower case, and as it is written."""
        for article in articles:
            for word in sorted(set(_WORD.findall(f"{article.title} {article.text}"))):
                self._of_the_articles[word.casefold()] = word
        # The turns of a conversation are read again with every new one.
        self._cached = lru_cache(maxsize=1024)(self._correct)

    def correct(self, question: str) -> str:
        """`question` with each unknown word put right where a known one is a single slip away."""
        unknown = {word for word in _WORD.findall(question) if self._is_looked_at(_stem(word))}
        if len(unknown) > UNKNOWN_WORDS:
            return question
        return _WORD.sub(lambda match: self._cached(match[0]) if match[0] in unknown else match[0], question)

    def _is_looked_at(self, typed: str) -> bool:
        if typed.isupper() or not SHORTEST <= len(typed) <= LONGEST:
            return False
        return not self._knows(typed.casefold().replace("’", "'"))

    def _knows(self, word: str) -> bool:
        """Whether `word` is one, perhaps with its apostrophe left out or as the British write it."""
        forms = {word, word.removesuffix("s"), f"{word[:-1]}'{word[-1:]}", f"{word[:-2]}'{word[-2:]}"}
        forms.add(re.sub(r"(?<=[iy])s(?=(?:e[srd]?|ing|ation)$)", "z", word))
        return any(
            form in known
            for form in forms
            for known in (self._of_the_articles, FUNCTION_WORDS, self._dictionary, self._vocabulary)
        )

    def _correct(self, typed: str) -> str:
        stem = _stem(typed)
        one_away = self._dictionary.edit_distance_1(stem.casefold())
        meant = self._dictionary.known(one_away) | (self._of_the_articles.keys() & one_away)
        likelihood, best = max(((self._likelihood(stem, word), word) for word in meant), default=(0.0, ""))
        if likelihood == 0:
            return typed
        if stem != stem.lower():
            best = self._of_the_articles.get(best, best.capitalize())
        return best + typed[len(stem) :]

    def _likelihood(self, typed: str, meant: str) -> float:
        """Of `typed` for `meant`, up to a constant; 0 where `meant` is not considered."""
        of_the_articles = meant in self._of_the_articles
        usual = _is_a_usual_slip(typed.casefold(), meant)
        if meant in FUNCTION_WORDS:
            considered = usual and (typed == typed.lower() or meant in QUESTION_WORDS)
        elif of_the_articles:
            considered = len(meant) >= (MEANT_FROM if usual else WRONG_LETTER_FROM)
        else:
            # A name that the article does not have is no misspelt word.
            considered = usual and typed == typed.lower() and min(len(typed), len(meant)) >= MEANT_FROM
            considered = considered and self._dictionary[meant] >= COMMON
        expected = of_the_articles or meant in QUESTION_WORDS
        return considered * (self._dictionary[meant] + EXPECTED * expected) * (1.0 if usual else WRONG_LETTER)


def _stem(word: str) -> str:
    return re.sub("['’]s$", "", word)


def _is_a_usual_slip(typed: str, meant: str) -> bool:
    """Whether two letters changed places, one was lost, or one doubled; `typed` is one edit away from `meant`."""
    if len(typed) == len(meant):
        return sorted(typed) == sorted(meant)
    if len(typed) < len(meant):
        return True
    return any(typed == meant[:place] + letter + meant[place:] for place, letter in enumerate(meant))


@lru_cache
def _dictionary() -> SpellChecker:
    return SpellChecker(language="en", distance=1)


@lru_cache
def _vocabulary() -> dict[str, int]:
    return Tokenizer.from_file(str(model_folder() / "tokenizer.json")).get_vocab()
