"""A question with slips of the finger → the words that were meant, those of the article before all others.

Of the words that are one slip away, the likeliest under a noisy channel (Kernighan, Church and Gale 1990): how common
the word is, times how common the slip. What is a word of the article, of English, or of the reader's vocabulary stays.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from spellchecker import SpellChecker
from tokenizers import Tokenizer

from app.words import FUNCTION_WORDS, QUESTION_WORDS
from index.article import Article
from index.encoder import model_folder

WORDS = 50
"""A longer question is left as it is."""
SHORTEST, LONGEST = 3, 30
"""Letters of a word that is looked at."""
ANY_WORD_FROM = 4
"""A shorter word is corrected to a function word or one of the article at most: too many others are one letter away."""
EXPECTED = 1_000_000
"""A word of the article, or one that asks, counts as this many more occurrences in the dictionary's texts."""
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

    def correct(self, question: str) -> str:
        """`question` with each unknown word put right where a known one is a single slip away."""
        if len(question.split()) > WORDS:
            return question
        return _WORD.sub(lambda match: self._correct(match[0]), question)

    def _correct(self, typed: str) -> str:
        if typed.endswith(("'s", "’s")):
            return self._correct(typed[:-2]) + typed[-2:]
        word = typed.casefold()
        if not SHORTEST <= len(word) <= LONGEST or self._knows(word):
            return typed
        one_away = self._dictionary.edit_distance_1(word)
        likelihood, best = max((self._likelihood(typed, other), other) for other in one_away)
        if likelihood == 0:
            return typed
        return best if typed == word else self._of_the_articles.get(best, best)

    def _knows(self, word: str) -> bool:
        """Whether `word` is one, perhaps with its apostrophe left out."""
        forms = {word, word.removesuffix("s"), f"{word[:-1]}'{word[-1]}"}
        return any(form in self._of_the_articles or form in FUNCTION_WORDS or self._is_a_word(form) for form in forms)

    def _is_a_word(self, word: str) -> bool:
        return word in self._dictionary or word in self._vocabulary

    def _likelihood(self, typed: str, meant: str) -> float:
        """Of `typed` for `meant`, up to a constant; 0 where `meant` is not considered."""
        of_the_articles = meant in self._of_the_articles
        expected = of_the_articles or meant in QUESTION_WORDS
        usual = _is_a_usual_slip(typed.casefold(), meant)
        # A name that the article does not have, or a rare word, is no misspelt common one.
        if not usual and (meant in FUNCTION_WORDS or not of_the_articles):
            return 0.0
        if not of_the_articles and typed != typed.lower():
            return 0.0
        if len(typed) < ANY_WORD_FROM and not (of_the_articles or meant in FUNCTION_WORDS):
            return 0.0
        return (self._dictionary[meant] + EXPECTED * expected) * (1.0 if usual else WRONG_LETTER)


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
