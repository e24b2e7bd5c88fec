"""History + question → standalone question, by rules: pronouns, and questions that leave words out.

The rules look at the earlier turns, and at whom the article names. A question in which nothing points back is returned
as it is, character for character, and so is one whose missing words cannot be found with some confidence.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from app.mentions import ASKS_WHERE, ASKS_WHO, NAME, PLAYED_BY, WORD, Mentions, noun_phrase
from app.words import (
    ADVERBS,
    AUXILIARIES,
    BE,
    CONJUNCTIONS,
    FILMING,
    FUNCTION_WORDS,
    PEOPLE,
    PREPOSITIONS,
    QUESTION_WORDS,
    TOPICS,
)

if TYPE_CHECKING:
    from app.cast import Cast

TURNS = 8
"""Earlier turns that are looked at: nobody points further back."""
WORDS = 50
"""A longer question is returned as it is; of earlier questions and answers this many words are looked at."""

_AUXILIARY = "|".join(sorted(AUXILIARIES))
_CORRECTION = re.compile(r"^(?:(?:no|nope|sorry)\b[\s,]*)*(?:i (?:mean|meant)|not that)\b[\s,]*", re.IGNORECASE)
_LEAD_IN = re.compile(r"^(?:(?:and|but|so|ok|okay|oh|well|also|hm+|then|now|just)\b[\s,]*)+", re.IGNORECASE)
_CONNECTS = re.compile(r"\b(?:and|but|so|then|also)\b", re.IGNORECASE)
_TRAIL = re.compile(r"[\s,]*\b(?:then|though|too|as well|also)?[\s?!.,]*$", re.IGNORECASE)
_WHAT_ABOUT = re.compile(r"^(?:what|how) about\s+", re.IGNORECASE)
_OPENER = "|".join(sorted(AUXILIARIES | QUESTION_WORDS))
_FRONTED = re.compile(rf"^(?P<topic>[^,?]{{2,40}})[,?]\s+(?P<rest>(?:{_OPENER})\b.*)$", re.IGNORECASE)
BARE = re.compile(
    r"^(?:(?:in|on|at|by|for|from|to|with|since|until|of)\s)?"
    r"(?:(?:when|where|why|how) (?:is|was) (?:that|this)|(?:why|y)(?:\s(?:not|that))?|when"
    r"|where(?:\s(?:to|from|exactly))?|who(?:m)?(?:\s(?:with|for|to|by|from|else))?"
    r"|what(?:\s(?:for|with|else|(?:kind|sort|type)(?:\sof\s\w+)?))?|which(?:\sone)?"
    r"|how(?:\s(?:come|so|long|often|far|old|much(?:\s\w+)?|many(?:\s(?:\w+s|people|children))?))?"
    r"|(?:what|which)\s(?!\w+(?:ed|s)$)\w+)$",
    re.IGNORECASE,
)
_CONTRACTED = re.compile(r"^(who|what|where|when|how)['’]?s\b", re.IGNORECASE)
_INVERTED = re.compile(rf"^(?P<asked>.*?)\b(?P<auxiliary>{_AUXILIARY})\s(?P<rest>.+)$", re.IGNORECASE)
_SUBJECT_ASKED = re.compile(r"(?:who|what|which(?:\s\w+)?)\s(?P<verb>\S+)\s?(?P<rest>.*)", re.IGNORECASE)
_DESCRIBED = re.compile(
    r"\b(?:the|his|her)\s(?:(?:first|last|second|third|final|other|next|old|new|lead|leading|main|original)\s)?\w+",
    re.IGNORECASE,
)
_LAST_PHRASE = re.compile(
    r"\s+\b(?:in|at|on|from|to|near|across|outside|nationwide|abroad|indoors)\b"
    r"(?:\s(?!(?:in|at|on|from|to|for|by|with)\b)[^\s]+){0,5}$"
)
_STANDS_FOR = re.compile(r"\b(?:he|she|they|it|that|those|him|them)\b", re.IGNORECASE)
_OWNER = re.compile(rf"(?:{NAME.pattern}|\b(?:the|his|her)\s\w+)(?<=['’]s)")
PERSONAL = {"he": "m", "him": "m", "his": "m", "she": "f", "her": "f", "hers": "f"}
_POINTS_BACK = re.compile(r"\b(?:he|him|his|she|her|hers|that|it|this|them|they|their)\b", re.IGNORECASE)
_PLURAL = frozenset({"they", "them", "their", "theirs"})
_OBJECTS = frozenset({"him", "her", "them"})
_POSSESSIVES = frozenset({"his", "her", "hers", "their", "theirs"})
_CAUSATIVES = frozenset({"let", "make", "makes", "made", "help", "helps", "see", "saw"})
_FILMIC = FUNCTION_WORDS | FILMING
"""Words after which "it" is the film itself, or nothing at all."""


def condense(question: str, history: Sequence[tuple[str, str]], title: str, cast: "Cast | None" = None) -> str:
    """The question as it would be asked without the history, by the rules alone.

    `history` holds the earlier (question, answer) turns as typed and answered, oldest first; the answer is "" where
    the program refused. `title` is the article's title, which may be "". Returns `question` itself, unchanged, when it
    stands alone or when nothing in the history fits.
    """
    return complete(question, recall(history, title, cast))


def points_back(question: str) -> bool:
    """Whether `question` leaves words out or has a pronoun, so that what was said before may be meant."""
    core, marked = core_of(question)
    return marked or bool(BARE.match(core) or is_fragment(core) or _POINTS_BACK.search(question))


def recall(history: Sequence[tuple[str, str]], title: str, cast: "Cast | None") -> Mentions:
    """What the earlier turns have spoken of, their questions completed by the rules."""
    mentions = Mentions(title, cast)
    for asked, answer in history[-TURNS:]:
        mentions.add(complete(_shortened(asked), mentions), _shortened(answer))
    return mentions


def complete(question: str, mentions: Mentions) -> str:
    """`question` as the rules complete it after the turns of `mentions`, or unchanged."""
    if not mentions.turns or len(question.split()) > WORDS:
        return question
    core, marked = core_of(question)
    marked = marked or bool(mentions.cast and mentions.cast.named(core))
    completed = None
    if BARE.match(core):
        completed = _ask_again(core, mentions)
    elif is_fragment(core):
        completed = _substitute(core, marked, mentions)
    elif (fronted := _FRONTED.match(core)) and (marked or fronted["topic"].split()[0].lower() not in PREPOSITIONS):
        completed = _bring_back(fronted["topic"], fronted["rest"], mentions)
    return _sentence(completed) if completed else resolve(question, mentions)


def core_of(question: str) -> tuple[str, bool]:
    """`question` without "and", "what about", "no, I mean" and the like; and whether they mark it as a follow-up."""
    line = " ".join(question.split())
    correction = _CORRECTION.match(line)
    line = _CORRECTION.sub("", line)
    opening = _LEAD_IN.match(line)
    core = _TRAIL.sub("", _LEAD_IN.sub("", line))
    marked = bool(correction or opening and _CONNECTS.search(opening.group()) or _WHAT_ABOUT.match(core))
    return _WHAT_ABOUT.sub("", core), marked


# Pronouns


def resolve(question: str, mentions: Mentions, taken: str = "", role: bool | None = None) -> str:
    """`question` with the first pronoun of each kind replaced; the later ones then have it beside them.

    Nobody named in `taken` is meant. `role` says whether parts are rather meant than their players.
    """
    role = asks_about_role(question) if role is None else role
    done: dict[str, str] = {}
    pieces, end = [], 0
    words = list(WORD.finditer(question))
    for number, match in enumerate(words):
        pronoun, ending = _split_contraction(match.group())
        before = [word.group().lower() for word in words[:number]]
        after = [word.group().lower() for word in words[number + 1 :]]
        kind = PERSONAL.get(pronoun, "p" if pronoun in _PLURAL else pronoun)
        if kind not in ("m", "f", "p", "it", "that", "there") or kind in done:
            continue
        owner = pronoun in _POSSESSIVES and (pronoun != "her" or _is_owner(before, after))
        antecedent = None
        if kind == "there":
            antecedent = mentions.place() if not {*before[-1:]} & (BE | {"s"}) else None
        elif kind == "that":
            last = not after and not {*before[-1:]} & {"before", "after", "since", "like"}
            antecedent = mentions.thing() if last or {*before[-1:]} & BE and len(after) == 1 else None
        elif kind == "it":
            antecedent = mentions.thing() if not {*before[-1:]} & _FILMIC else None
        elif pronoun == "them" and (things := mentions.several()):
            antecedent = things
        elif not _has_own_antecedent(question[: match.start()], owner or pronoun not in _OBJECTS, mentions):
            others = " ".join([question, taken, *done.values()])
            antecedent = mentions.group() if kind == "p" else mentions.person(kind, others, role)
        done[kind] = antecedent or ""
        if antecedent:
            pieces += [question[end : match.start()], antecedent, "'s" if owner else ending]
            end = match.end()
    return "".join([*pieces, question[end:]])


def _has_own_antecedent(before: str, subject_or_owner: bool, mentions: Mentions) -> bool:
    """Whether the words before a pronoun name somebody it can stand for.

    An object cannot stand for the subject of its own clause: "What does Anders say to him?" is about somebody else.
    """
    words = [word.lower() for word in WORD.findall(before)]
    if not subject_or_owner and not {*words} & CONJUNCTIONS:
        return False
    # A bare noun after the auxiliary is a name in lower case: "why does anders lose his job".
    following = [word for previous, word in pairwise(words) if previous in AUXILIARIES]
    return bool({*words} & PEOPLE or {*following} - FUNCTION_WORDS) or mentions.has_name(before)


def asks_about_role(question: str) -> bool:
    """Whether he or she is rather the part than its player: the story is told in the present tense."""
    told = re.search(r"\b(?:does|do|happens|who play(?:s|ed))\b", question, re.IGNORECASE)
    return bool(told) and not re.search(r"\b(?:play|voice)\b", question, re.IGNORECASE)


def _is_owner(before: list[str], after: list[str]) -> bool:
    """Whether "her", between these words, is a possessive, and not as in "let her go"."""
    return bool(after) and after[0] not in FUNCTION_WORDS and not {*before[-1:]} & _CAUSATIVES


def _split_contraction(word: str) -> tuple[str, str]:
    match = re.match(r"(he|she|it|they|there|that)(['’](?:s|d|ll|re|ve))$", word, re.IGNORECASE)
    return (match.group(1).lower(), match.group(2)) if match else (word.lower(), "")


# Questions that leave words out


def _ask_again(bare: str, mentions: Mentions) -> str | None:
    """The last question, asked with `bare` ("why", "for how long") in place of its own question word."""
    turn = mentions.turns[-1]
    previous = _CONTRACTED.sub(r"\1 is", turn.question.strip(" ?"))
    bare = re.sub(r"^y\b", "why", bare, flags=re.IGNORECASE)
    bare = re.sub(r"(?<=\w)\s(?:not|that|exactly|(?:is|was) \w+)$", "", bare)
    bare, stranded = re.match(r"(.*?)(\s(?:with|for|to|by|from))?$", bare).groups(default="")
    answer = noun_phrase(turn.answer) or next(iter(turn.told.people), None)
    parts = _INVERTED.match(previous)
    if parts is None:
        parts = _SUBJECT_ASKED.match(previous)
        if parts is None or answer is None:
            return None
        verb = parts["verb"]
        auxiliary, verb = ("does", verb[:-1]) if re.search(r"[^s]s$", verb) else ("did", verb)
        return f"{bare} {auxiliary} {answer} {verb} {parts['rest']}{stranded}"
    asked, auxiliary, rest = parts["asked"].strip().lower(), parts["auxiliary"].lower(), parts["rest"]
    if re.match(r"(?:who|what|whom|which)\b", asked) and answer:
        rest = f"{answer} {rest}" if auxiliary in BE and asked == "who" else f"{rest} {answer}"
    elif asked in ("where", "when") and 0 < len(turn.answer.split()) < 7:
        placed = turn.answer.split()[0].lower() in PREPOSITIONS
        rest = f"{rest} {'' if placed else 'at ' if asked == 'where' else 'on '}{turn.answer}"
    # "How many cinemas did it open in?" and "In how many countries?" have one "in" between them.
    rest = re.sub(rf"\s{re.escape(bare.split()[0])}$", "", rest)
    return f"{bare} {auxiliary} {rest}{stranded}"


def _substitute(fragment: str, marked: bool, mentions: Mentions) -> str | None:
    """The last question with `fragment` ("in May", "the director") in the place of its like."""
    words = fragment.lower().split()
    placed = words[0] in PREPOSITIONS or words[0] in ADVERBS
    described = words[0] in {"the", "his", "her"}
    asked = [turn.question.strip(" ?") for turn in mentions.turns]
    # A place cannot be put into a question after a place, so "And in Rome?" means the question before it.
    after_place = placed or not described and not {*words} & PEOPLE
    previous = next((each for each in reversed(asked) if not (after_place and ASKS_WHERE.match(each))), asked[-1])
    if placed:
        return f"{_LAST_PHRASE.sub('', previous)} {fragment}"
    if words[-1] == "name" and words[0] not in PERSONAL:
        return None
    if not marked and not described and ({*words} & TOPICS or len(words) > 1 or not _asks_when_or_where(previous)):
        return None
    if words[0] in PERSONAL:
        alone = len(words) == 1
        resolved = resolve(fragment, mentions, taken=previous if alone else "", role=True)
        if resolved == fragment or alone and ASKS_WHO.match(previous):
            return None
        fragment = resolved
        if not alone and not PLAYED_BY.match(previous) and (not marked or ASKS_WHO.match(previous)):
            return f"{'what' if words[-1] == 'name' else 'who'} is {fragment}"
    return _replace_noun(previous, fragment, mentions)


def _replace_noun(previous: str, noun: str, mentions: Mentions) -> str | None:
    """`previous` with the noun phrase that is most like `noun` replaced by it, or None when there is none."""
    first = noun.split()[0].lower()
    if noun.endswith(("'s", "’s")):
        target = _OWNER.search(previous)
    else:
        alike = first not in FUNCTION_WORDS and re.search(rf"\b{re.escape(first)}\s\w+", previous, re.IGNORECASE)
        target = alike or _like(previous, noun, mentions)
    if target is None:
        if first in {"the", "a", "an"} or not _asks_when_or_where(previous):
            return None
        return f"{previous} in {noun}"
    return previous[: target.start()] + noun + previous[target.end() :]


def _like(previous: str, noun: str, mentions: Mentions) -> re.Match[str] | None:
    """The words of `previous` that are the same kind of thing as `noun`: a person, a place or a description."""
    described = _DESCRIBED.search(previous)
    named = noun.split()[0].lower() not in {"the", "a", "an"}
    if not named and not {word.lower() for word in noun.split()} & PEOPLE:
        return described
    for name in mentions.asked_about(previous).all:
        for form in (name, name.split()[-1], name.split()[0]):
            if found := re.search(rf"\b{re.escape(form)}\b", previous, re.IGNORECASE):
                return found
    if named and (place := re.search(rf"(?<=\s[ioa][nt]\s){NAME.pattern}", previous)):
        return place
    if named and _asks_when_or_where(previous):
        return None
    return described or re.search(r"(?<=\s)(?:it|he|she|they)\b", previous)


def _bring_back(topic: str, rest: str, mentions: Mentions) -> str | None:
    """The topic in place of the pronoun that stands for it: "the pitcher, how did he get in"."""
    if not is_fragment(topic):
        return None
    if BARE.match(rest):
        return _substitute(topic, marked=True, mentions=mentions)
    if topic.split()[0].lower() in PREPOSITIONS:
        return f"{resolve(rest, mentions).rstrip(' ?')} {topic}"
    if topic.lower() in PERSONAL:
        return resolve(rest, mentions)
    completed, found = _STANDS_FOR.subn(lambda _: resolve(topic, mentions), rest, count=1)
    return completed if found else None


def _asks_when_or_where(question: str) -> bool:
    return bool(re.match(r"(?:when|where)\b", question, re.IGNORECASE))


def is_fragment(text: str) -> bool:
    words = {word.lower() for word in WORD.findall(text)}
    finite = AUXILIARIES | QUESTION_WORDS | {"he", "she", "they", "it", "i", "we", "you", "there"}
    return bool(words) and len(text.split()) <= 6 and not words & finite


def _shortened(text: str) -> str:
    return " ".join(text.split()[:WORDS])


def _sentence(text: str) -> str:
    text = re.sub(r"\s+", " ", text).strip(" ?")
    return text[0].upper() + text[1:] + "?"
