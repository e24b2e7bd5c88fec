"""Earlier questions and answers → the people, places and things that a pronoun may stand for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.words import AUXILIARIES, FEMALE, FUNCTION_WORDS, MALE, MONTHS, PEOPLE, THINGS

if TYPE_CHECKING:
    from app.cast import Cast

WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_CAPITAL = r"[A-ZÀ-ÖØ-Þ][^\W_]*(?:['’-][^\W_]+)*"
_PARTICLES = r"(?:(?:de|da|do|dos|di|du|del|della|la|le|van|von|der|den|ten|bin|ibn|al|el|y)\s){0,2}"
NAME = re.compile(rf"(?:(?:Mrs?|Ms|Dr|St|[A-Z])\.\s?)*{_CAPITAL}(?:\s{_PARTICLES}(?:[A-Z]\.\s)*{_CAPITAL})*")
_LOWER_NAME = re.compile(
    r"\b(?:does|did|happens to|happened to|plays|played)\s(?P<name>[a-zà-ÿ][^\W_]+)(?!['’])\b"
)
_GROUP = re.compile(rf"{NAME.pattern}(?:,\s{NAME.pattern})*,?\sand\s{NAME.pattern}")
_OWNER = re.compile(r"['’]s?$")
_PLACED = re.compile(r"\b(?:in|at|on|near|from|over|across)\s(?:the\s(?:[a-z]+\s)?)?$", re.IGNORECASE)
_ARTICLE = re.compile(r"\b(?:an?|the)\s$", re.IGNORECASE)
_ADJECTIVE = re.compile(r"\s(?P<noun>[a-z]+)")
_IN_PLACE = re.compile(rf"\b(?:in|at)\s(?:the\s)?{NAME.pattern}")

ASKS_WHO = re.compile(r"(?:\w+\s)?who\b|which of\b|what.*\b(?:name|called)\b", re.IGNORECASE)
ASKS_WHERE = re.compile(r"where\b", re.IGNORECASE)
PLAYED_BY = re.compile(r"who (?:plays|played|voices|voiced)\b", re.IGNORECASE)
_ASKS_WHAT = re.compile(r"(?:what|which)\b", re.IGNORECASE)
_ASKS_TIME = re.compile(r"(?:when|how long)\b", re.IGNORECASE)
_NOT_WHO = re.compile(r"^(?:what|which)\b|\b(?:where|when|how|why)\b", re.IGNORECASE)
_WHO_IS = re.compile(
    r"who(?:['’]?s| is)\s(?!(?:the|an?|his|her|their|your|in|it|this)\b)(?P<name>[\w.]+(?:\s\w+)?)[?\s]*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Names:
    """People named in a text, in its order: those that only own something ("Greta's") apart."""

    people: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        return self.people + self.owners


@dataclass(frozen=True)
class Turn:
    """An earlier question, standalone, the program's answer ("" when it refused), and the people named in them."""

    question: str
    answer: str
    asked: Names
    told: Names


@dataclass
class Mentions:
    """What has been spoken of so far. `title`, the article's, never names a person."""

    title: str
    cast: "Cast | None" = None
    turns: list[Turn] = field(default_factory=list)
    _known: set[str] = field(default_factory=set)
    _gender: dict[str, str] = field(default_factory=dict)
    _focus: dict[str, str] = field(default_factory=dict)

    def add(self, question: str, answer: str) -> None:
        """Take in a turn; `question` stands alone."""
        answer = answer.strip(' .,"“”').replace("’", "'")
        told = self.names(answer)
        self._known.update(told.all)
        turn = Turn(question, answer, self.asked_about(question), told)
        self._known.update(turn.asked.all)
        self.turns.append(turn)
        for text, names in ((question, turn.asked), (answer, turn.told)):
            for name in names.all:
                described = re.search(rf"(\w+),?\s{re.escape(name)}", text)
                if described and (gender := self._gender_of(described.group(1))):
                    self._gender.setdefault(name, gender)

    def names(self, text: str) -> Names:
        """The capitalised names in `text` that may be a person's, in full where the history has them so."""
        if " " in self.title:
            text = re.sub(re.escape(self.title), lambda title: title.group().lower(), text, flags=re.IGNORECASE)
        people, owners = [], []
        for match in NAME.finditer(text):
            name = _OWNER.sub("", match.group())
            while name.partition(" ")[0].casefold() in FUNCTION_WORDS:
                name = name.partition(" ")[2]
            words = _words(name)
            before, after = text[: match.start()], _ADJECTIVE.match(text, match.end())
            describes = _ARTICLE.search(before) and after and after["noun"] not in FUNCTION_WORDS
            thing = words & THINGS or words <= MONTHS or name.endswith(("ing", "ly"))
            if not thing and not describes and not _PLACED.search(before):
                (owners if _OWNER.search(match.group()) else people).append(self._full(name))
        return Names(tuple(people), tuple(owners))

    def asked_about(self, question: str) -> Names:
        """The names in a question, where one may be in lower case: "did greta leave"."""
        found = self.names(question)
        common = FUNCTION_WORDS | PEOPLE | THINGS | _words(" ".join(found.all))
        lower = [match["name"] for match in _LOWER_NAME.finditer(question)]
        lower = [self._full(word) for word in lower if word not in common and not word.endswith(("s", "ing"))]
        if self.cast:
            lower += [name for name in self.cast.named(question) if name not in found.all]
        return Names(found.people + tuple(lower), found.owners)

    def has_name(self, text: str) -> bool:
        """Whether somebody is named in `text`, if only by a name of the history in lower case."""
        known = _words(" ".join(self._known)) - FUNCTION_WORDS
        return bool(self.names(text).all) or any(_OWNER.sub("", word) in known for word in _words(text))

    def person(self, gender: str, taken: str, role: bool) -> str | None:
        """Whom he ("m") or she ("f") means, but nobody named in `taken`; `role`: rather a part than its player."""
        used = _words(taken)
        people = [
            name
            for name in self.people(gender, role)
            if not used & _words(name) and self._gender_of(name) in (gender, None)
        ]
        if not people:
            return None
        # What the article seems to say of somebody may be wrong, so it only breaks ties between people.
        name = next((name for name in people if self._may_be(name, gender)), people[0])
        self._focus[gender] = name
        self._gender[name] = gender
        return name

    def _may_be(self, phrase: str, gender: str) -> bool:
        """Whether the article does not say otherwise."""
        named = self.cast.named(phrase) if self.cast else ()
        return all(self.cast.gender.get(name, gender) == gender for name in named)

    def group(self) -> str | None:
        """The people last named together: "Greta and Anders"."""
        for turn in reversed(self.turns[-2:]):
            for text in (turn.answer, turn.question) if not ASKS_WHERE.match(turn.question) else ():
                for match in _GROUP.finditer(text):
                    if len(self.names(match.group()).people) == len(NAME.findall(match.group())):
                        return match.group()
        return None

    def thing(self) -> str | None:
        """The thing that the last answer is, unless its question spoke of another "it"."""
        turn = self.turns[-1]
        if not _ASKS_WHAT.match(turn.question) or re.search(r"\bit\b", turn.question):
            return None
        return noun_phrase(turn.answer)

    def several(self) -> str | None:
        """The things that the last answer counts: "two children" → "the two children"."""
        turn = self.turns[-1]
        counted = re.fullmatch(r"(?:the |a )?((?:\w+ ){1,3}[a-z]+s)", turn.answer)
        return f"the {counted.group(1)}" if counted and not _ASKS_TIME.match(turn.question) else None

    def place(self) -> str | None:
        """Where the last turn was about, as a phrase: "in Rome"."""
        turn = self.turns[-1]
        if ASKS_WHERE.match(turn.question):
            if re.match(r"(?:in|at|on|to|near)\s", turn.answer):
                return turn.answer if len(turn.answer.split()) < 7 else None
            return f"in {turn.answer}" if NAME.fullmatch(turn.answer) else None
        match = _IN_PLACE.search(turn.question)
        return match.group() if match else None

    def people(self, gender: str, role: bool) -> Iterator[str]:
        """People in the history, the likeliest to be meant first."""
        for age, turn in enumerate(reversed(self.turns)):
            asks_who = ASKS_WHO.match(turn.question)
            name_of_thing = NAME.fullmatch(turn.answer) and _NOT_WHO.search(turn.question) and not asks_who
            told = [] if name_of_thing else sorted(turn.told.people, key=lambda name: self._gender_of(name) != gender)
            if role and PLAYED_BY.match(turn.question):
                yield from turn.asked.people
            if (introduced := _WHO_IS.match(turn.question)) and not NAME.fullmatch(turn.answer):
                yield introduced["name"]
            if asks_who:
                phrase = noun_phrase(turn.answer)
                yield from told or ([phrase] if phrase else [])
            elif NAME.fullmatch(turn.answer):
                yield from told
            yield from turn.asked.people
            if age == 0 and gender in self._focus:
                yield self._focus[gender]
            yield from (*told, *turn.asked.owners, *turn.told.owners)

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
