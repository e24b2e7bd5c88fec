"""Who an article names, how it calls them and whether it says he or she: what follow-ups are completed with."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence

from app.mentions import Mentions
from app.words import FEMALE, FUNCTION_WORDS, MALE, PEOPLE, THINGS
from index.article import Article
from index.splitter import section_sentences

_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
# A possessive may well look back beyond the name, so it tells nothing.
_PRONOUN = re.compile(r"\b(?:(?P<m>he|himself)|(?P<f>she|herself))\b", re.IGNORECASE)
_COMMON = FUNCTION_WORDS | PEOPLE | THINGS
PRONOUN_REACH = 160
"""Characters after a name in which the first he or she is taken to be the person named."""


class Cast:
    """The people of some articles. `gender` maps full names to "m" or "f" where the articles tell."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self._sentences = [
            article.text[start:end]
            for article in articles
            for section in article.sections
            for start, end in section_sentences(article, section)
        ]
        lower = Counter(word for text in self._sentences for word in _WORD.findall(text) if word.islower())
        finder = Mentions(articles[0].title if len(articles) == 1 else "")
        found = dict.fromkeys(
            name
            for text in self._sentences
            for name in finder.names(text).all
            if " " in name or not lower[name.casefold()]
        )
        text = "\n".join(self._sentences)
        found = [name for name in found if not _is_place_or_opening(name, text)]
        self.names = tuple(name for name in found if not any(_part_of(name, other) for other in found))
        self._by_word: dict[str, set[str]] = defaultdict(set)
        for name in self.names:
            for word in _WORD.findall(name):
                if len(word) > 2 and folded(word) not in _COMMON and not lower[word.casefold()]:
                    self._by_word[folded(word)].add(name)
        self.gender = self._genders()

    def named(self, text: str) -> list[str]:
        """The people named in `text`, in whatever case and without accents, in full where only one can be meant."""
        names = []
        for word in _WORD.findall(text):
            meant = self._by_word.get(folded(_bare(word)), ())
            if len(meant) == 1:
                names += meant
            elif len(meant) > 1:
                # Of two with one surname, whoever has the other word named beside it.
                words = {folded(each) for each in _WORD.findall(text)}
                best = max(sorted(meant), key=lambda name: sum(folded(part) in words for part in name.split()))
                names.append(best if sum(folded(part) in words for part in best.split()) > 1 else word)
        return list(dict.fromkeys(names))

    def _genders(self) -> dict[str, str]:
        votes: dict[str, Counter[str]] = defaultdict(Counter)
        text = " ".join(self._sentences)
        mentions = [
            (match.start(), match.end(), *names)
            for match in _WORD.finditer(text)
            if match.group()[0].isupper() and len(names := self._by_word.get(folded(_bare(match.group())), ())) == 1
        ]
        for number, (start, end, name) in enumerate(mentions):
            before = set(re.findall(r"\w+", text[max(0, start - 20) : start].lower())[-2:])
            votes[name]["f"] += bool(before & FEMALE)
            votes[name]["m"] += bool(before & MALE)
            others = [at for at, _, other in mentions[number + 1 : number + 6] if other != name]
            reach = min(end + PRONOUN_REACH, others[0] if others else len(text))
            if pronoun := _PRONOUN.search(text, end, reach):
                votes[name][pronoun.lastgroup] += 1
        return {
            name: vote.most_common(1)[0][0] for name, vote in votes.items() if vote["m"] != vote["f"]
        }


def folded(word: str) -> str:
    """`word` in lower case, without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c))


def _bare(word: str) -> str:
    return re.sub(r"['’]s?$", "", word)


def _is_place_or_opening(name: str, text: str) -> bool:
    """Whether `text` has `name` as a place, or has it once only and as the first word of a sentence."""
    placed = rf"\b(?:in|at|near|outside|across)\s{re.escape(name)}\b(?!['’])"
    opening = " " not in name and text.count(name) == 1 and re.search(rf"^{re.escape(name)}\b", text, re.MULTILINE)
    return bool(opening or re.search(placed, text))


def _part_of(short: str, long: str) -> bool:
    return set(short.casefold().split()) < set(long.casefold().split())
