"""The ways to complete a follow-up that are worth reading: the article decides which one was meant."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.cast import Cast
from app.condense import BARE, PERSONAL, WORDS, asks_about_role, complete, core_of, is_fragment, recall, resolve
from app.mentions import WORD, Mentions

MAX_REWRITES = 4
"""Each is retrieved and read, which takes most of an answer's time."""
BIAS = {"rule": 0.0, "typed": -0.5, "person": -1.0, "thing": -1.0, "appended": -1.0}
"""Log odds that a rewrite of this kind was meant, beside what the rules choose; chosen on the training dialogues."""
THING_WORDS = 6
_PERSON = re.compile(r"\b(?:he|him|his|she|her|hers)\b", re.IGNORECASE)
_THING = re.compile(r"\b(?:that|it|this|them|they)\b(?!['’]s)", re.IGNORECASE)


@dataclass(frozen=True)
class Rewrite:
    """A question complete in itself. `kind`: "rule", what the rules choose; "typed", the question unchanged; "person"
    and "thing", a pronoun taken for another one; "appended", what was said put behind the question before it."""

    text: str
    kind: str

    @property
    def bias(self) -> float:
        return BIAS[self.kind]


def rewrites(question: str, history: Sequence[tuple[str, str]], title: str, cast: Cast) -> list[Rewrite]:
    """The ways to complete `question`, the likeliest first; only the question itself where nothing points back.

    The arguments are those of `app.condense.condense`, whose result comes first.
    """
    mentions = recall(history, title, cast)
    ways = [Rewrite(complete(question, mentions), "rule")]
    if mentions.turns and len(question.split()) <= WORDS:
        ways += _others(question, ways[0].text, mentions, cast)
    first = {_plain(way.text): way for way in reversed(ways)}
    return [way for way in ways if first[_plain(way.text)] is way][:MAX_REWRITES]


def _others(question: str, likeliest: str, mentions: Mentions, cast: Cast) -> Iterator[Rewrite]:
    core, _ = core_of(question)
    last = mentions.turns[-1]
    if likeliest != question:
        yield Rewrite(question, "typed")
    if is_fragment(core) or BARE.match(core) and likeliest == question:
        yield Rewrite(f"{last.question.strip(' ?')} {core}", "appended")
    elif pronoun := _PERSON.search(question):
        gender = PERSONAL[pronoun.group().lower()]
        for person in _people(question, gender, mentions, cast):
            if person not in cast.named(likeliest):
                yield Rewrite(resolve(question, mentions, chosen={gender: person}), "person")
    elif (pronoun := _THING.search(question)) and 0 < len(last.answer.split()) <= THING_WORDS:
        yield Rewrite(question[: pronoun.start()] + last.answer + question[pronoun.end() :], "thing")


def _people(question: str, gender: str, mentions: Mentions, cast: Cast) -> list[str]:
    """Whom he ("m") or she ("f") may mean, the likeliest first: people of the history, then those of the sentences
    that its answers come from."""
    beside = [name for turn in mentions.turns[:-3:-1] for name in cast.named(cast.sentence_of(turn.answer))]
    said = [*mentions.people(gender, asks_about_role(question)), *beside]
    people = dict.fromkeys(name for each in said for name in cast.named(each) or [each])
    named = cast.named(question)
    others = [person for person in people if person not in named]
    return sorted(others, key=lambda person: cast.gender.get(person, gender) != gender)


def _plain(text: str) -> str:
    return " ".join(WORD.findall(text.casefold()))
