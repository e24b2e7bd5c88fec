"""Earlier questions and answers → the people that he or she may stand for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.words import AUXILIARIES, FEMALE, FUNCTION_WORDS, MALE, MONTHS, PEOPLE, THINGS

WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_CAPITAL = r"[A-ZÀ-ÖØ-Þ][^\W_]*(?:['’-][^\W_]+)*"
_PARTICLES = r"(?:(?:de|da|do|dos|di|du|del|della|la|le|van|von|der|den|ten|bin|ibn|al|el|y)\s){0,2}"
NAME = re.compile(rf"(?:(?:Mrs?|Ms|Dr|St|[A-Z])\.\s?)*{_CAPITAL}(?:\s{_PARTICLES}(?:[A-Z]\.\s)*{_CAPITAL})*")
_LOWER_NAME = re.compile(r"\b(?:does|did|happen(?:s|ed) to|play(?:s|ed))\s(?P<name>[a-zà-ÿ][^\W_]+)(?!['’])\b")
_PLACED = re.compile(r"\b(?:in|at|on|near|from|over|across)\s(?:the\s(?:[a-z]+\s)?)?$", re.IGNORECASE)
_ARTICLE = re.compile(r"\b(?:an?|the)\s$", re.IGNORECASE)
_ADJECTIVE = re.compile(r"\s(?P<noun>[a-z]+)")

ASKS_WHO = re.compile(r"(?:\w+\s)?who\b|which of\b|what.*\b(?:name|called)\b", re.IGNORECASE)
PLAYED_BY = re.compile(r"who (?:plays|played|voices|voiced)\b", re.IGNORECASE)
_NOT_WHO = re.compile(r"^(?:what|which)\b|\b(?:where|when|how|why)\b", re.IGNORECASE)
_COMMON = FUNCTION_WORDS | PEOPLE | THINGS


@dataclass(frozen=True)
class Turn:
    """An earlier question, standalone, the program's answer ("" when it refused), and the people named in them."""

    question: str
    answer: str
    asked: list[str]
    told: list[str]


@dataclass
class Mentions:
    """What has been spoken of so far. `title`, the article's, never names a person."""

    title: str
    turns: list[Turn] = field(default_factory=list)
    _known: set[str] = field(default_factory=set)
    _gender: dict[str, str] = field(default_factory=dict)
    _focus: dict[str, str] = field(default_factory=dict)

    def add(self, question: str, answer: str) -> None:
        """Take in a turn; `question` stands alone."""
        answer = answer.strip(' .,"“”').replace("’", "'")
        told = self.names(answer)
        self._known.update(told)
        turn = Turn(question, answer, self.names(question), told)
        self._known.update(turn.asked)
        self.turns.append(turn)
        for text, names in ((question, turn.asked), (answer, turn.told)):
            for name in names:
                described = re.search(rf"(\w+),?\s{re.escape(name)}", text)
                if described and (gender := self._gender_of(described.group(1))):
                    self._gender.setdefault(name, gender)

    def names(self, text: str) -> list[str]:
        """The people named in `text`, in full where the history has them so; "did greta leave" names one, too.

        Whoever only owns something ("Greta's boat") is seldom meant by what follows.
        """
        if " " in self.title:
            text = re.sub(re.escape(self.title), lambda title: title.group().lower(), text, flags=re.IGNORECASE)
        names = []
        for match in NAME.finditer(text):
            name = match.group()
            while name.partition(" ")[0].casefold() in FUNCTION_WORDS:
                name = name.partition(" ")[2]
            words = _words(name)
            before, after = text[: match.end() - len(name)], _ADJECTIVE.match(text, match.end())
            describes = _ARTICLE.search(before) and after and after["noun"] not in FUNCTION_WORDS
            other = words & THINGS or words <= MONTHS or name.endswith(("ing", "ly", "'s", "’s"))
            if not other and not describes and not _PLACED.search(before):
                names.append(self._full(name))
        lower = [match["name"] for match in _LOWER_NAME.finditer(text)]
        # No plural and no verb: "did reviewers like it", "did filming stop".
        return names + [self._full(word) for word in lower if word not in _COMMON and not word.endswith(("s", "ing"))]

    def names_somebody(self, text: str) -> bool:
        """Whether somebody is named or described in `text`, if only by a name of the history in lower case."""
        words = _words(text) - FUNCTION_WORDS
        return bool(self.names(text) or words & (PEOPLE | _words(" ".join(self._known))))

    def person(self, gender: str, taken: str, role: bool) -> str | None:
        """Whom he ("m") or she ("f") means, but nobody named in `taken`; `role`: rather a part than its player."""
        used = _words(taken)
        for name in self._people(gender, role):
            if not used & _words(name) and self._gender_of(name) in (gender, None):
                self._focus[gender] = name
                self._gender[name] = gender
                return name
        return None

    def _people(self, gender: str, role: bool) -> Iterator[str]:
        """People in the history, the likeliest to be meant first."""
        for age, turn in enumerate(reversed(self.turns)):
            asks_who = ASKS_WHO.match(turn.question)
            name_of_thing = NAME.fullmatch(turn.answer) and _NOT_WHO.search(turn.question) and not asks_who
            told = [] if name_of_thing else sorted(turn.told, key=lambda name: self._gender_of(name) != gender)
            if role and PLAYED_BY.match(turn.question):
                yield from turn.asked
            if asks_who:
                phrase = noun_phrase(turn.answer)
                yield from told or ([phrase] if phrase else [])
            elif NAME.fullmatch(turn.answer):
                yield from told
            yield from turn.asked
            if age == 0 and gender in self._focus:
                yield self._focus[gender]
            yield from told

    def _full(self, name: str) -> str:
        lower = name.casefold()
        forms = [known for known in self._known if f" {known.casefold()} ".startswith(f" {lower} ")]
        forms += [known for known in self._known if known.casefold().endswith(f" {lower}")]
        return max([*sorted(forms), name], key=len)

    def _gender_of(self, phrase: str) -> str | None:
        words = _words(phrase)
        if words & FEMALE:
            return "f"
        if words & MALE:
            return "m"
        return next((gender for name, gender in self._gender.items() if name in phrase or phrase in name), None)


def noun_phrase(answer: str) -> str | None:
    """`answer` as a definite noun phrase ("a barber" → "the barber"), or None if it is something else."""
    words = answer.split()
    if NAME.fullmatch(answer) and len(words) <= 6:
        return answer
    if 1 < len(words) <= 6 and words[0].lower() in {"a", "an", "the"} and not _words(answer) & AUXILIARIES:
        return " ".join(["the", *words[1:]])
    return None


def _words(text: str) -> set[str]:
    return {word.casefold() for word in WORD.findall(text)}
