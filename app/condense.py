"""History + question → standalone question, by rules: he and she, and questions that leave words out.

It finds the passages and tells people how they were understood; the reader reads the history itself. What no rule is
sure of stays as it was typed, character for character: a wrong name misleads, a pronoun does not.
"""

import re
from collections.abc import Sequence

from app.mentions import ASKS_WHO, NAME, PLAYED_BY, WORD, Mentions, noun_phrase
from app.words import ADVERBS, AUXILIARIES, BE, FUNCTION_WORDS, PEOPLE, PREPOSITIONS, QUESTION_WORDS, TOPICS

TURNS = 8
"""Earlier turns that are looked at: nobody points further back."""
WORDS = 50
"""A longer question is returned as it is; of earlier questions and answers this many words are looked at."""

_AUXILIARY = "|".join(sorted(AUXILIARIES))
_CORRECTION = re.compile(r"^(?:(?:no|nope|sorry)\b[\s,]*)*(?:i (?:mean|meant)|not that)\b[\s,]*", re.IGNORECASE)
_LEAD_IN = re.compile(
    r"^(?:(?:and|but|so|ok|okay|oh|ah|well|also|hm+|then|now|just)\b[\s,.!]*"
    r"|(?:hi|hey|hello|right|yes|yeah|cool|great|nice|thanks|wow)[,.!]+\s*)+",
    re.IGNORECASE,
)
_CONNECTS = re.compile(r"\b(?:and|but|so|then|also)\b", re.IGNORECASE)
_TRAIL = re.compile(r"[\s,]*\b(?:then|though|too|as well|also)?[\s?!.,]*$", re.IGNORECASE)
_WHAT_ABOUT = re.compile(r"^(?:what|how) about\s+", re.IGNORECASE)
_OPENER = "|".join(sorted(AUXILIARIES | QUESTION_WORDS))
_FRONTED = re.compile(rf"^(?P<topic>[^,?]{{2,40}})[,?]\s+(?P<rest>(?:{_OPENER})\b.*)$", re.IGNORECASE)
_BARE = re.compile(
    r"^(?:(?:in|on|at|by|for|from|to|with|since|until|of)\s)?"
    r"(?:(?:when|where|why|how) (?:is|was) (?:that|this)|(?:why|y)(?:\s(?:not|that))?|when"
    r"|where(?:\s(?:to|from|exactly))?|who(?:m)?(?:\s(?:with|for|to|by|from|else))?"
    r"|what(?:\s(?:for|with|else|(?:kind|sort|type)(?:\sof\s\w+)?))?|which(?:\sone)?"
    r"|how(?:\s(?:come|so|long|often|far|old|much(?:\s\w+)?|many(?:\s(?:\w+s|people|children))?))?"
    r"|(?:what|which)\s(?!\w+(?:ed|s)$)\w+)$",
    re.IGNORECASE,
)
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
_DETERMINED = re.compile(r"(?:the|an?|this|that|these|those|his|her|their|its)\s", re.IGNORECASE)
_DROPS_S = re.compile(r"(?<!ie|he|oe|se|ze|xe)(?<!s)s$")
_ASKS_WHERE = re.compile(r"where\b", re.IGNORECASE)
_STANDS_FOR = re.compile(r"\b(?:he|she|they(?!.*\b(?:it|that|those|them)\b)|it|that|those|him|them)\b", re.IGNORECASE)
_GENDERS = {"he": "m", "him": "m", "his": "m", "she": "f", "her": "f", "hers": "f"}
_POINTS_BACK = re.compile(
    r"\b(?:he|him|his|she|her|hers|it|its|this|that|these|those|they|them|em|theirs?|there|whose|ones?|others?|another"
    r"|else)\b|\b(?:then|too)\W*$",
    re.IGNORECASE,
)
_RELATIVE = re.compile(
    rf"\b(?:the|an?|any|some)\s(?:\w+\s){{1,2}}that(?=\s(?:the|an?|he|she|it|they|{_AUXILIARY}|\w+ed)\b)", re.IGNORECASE
)
_TELLS_THE_STORY = re.compile(r"\b(?:does|do|happens|who play(?:s|ed))\b", re.IGNORECASE)


def condense(question: str, history: Sequence[tuple[str, str]], title: str) -> str:
    """The question as it would be asked without the history, by the rules alone.

    `history` holds the earlier (question, answer) turns as typed and answered, oldest first; the answer is "" where
    the program refused. `title` is the article's title, which may be "". Returns `question` itself, unchanged, when it
    stands alone or when nothing in the history fits.
    """
    mentions = Mentions(title)
    for asked, answer in history[-TURNS:]:
        mentions.add(_complete(_shortened(asked), mentions), _shortened(answer))
    return _complete(question, mentions)


def points_back(question: str) -> bool:
    """Whether `question` leaves words out or has a word such as "he" or "there", so that the history may be meant.

    In doubt it does: the reader is misled less by a history that says nothing than by one that is left out.
    """
    core, marked = _core_of(question)
    words = [word.lower() for word in WORD.findall(core)]
    if marked or _POINTS_BACK.search(_RELATIVE.sub("", question)) or _BARE.match(core):
        return True
    if _is_fragment(core):
        return not _names_a_topic(words)
    asked = {*words} & {"why", "how", "where", "when"} or len(words) <= 3 and {*words} & {"what", "which"}
    return bool(asked) and not {*words} & AUXILIARIES


def _complete(question: str, mentions: Mentions) -> str:
    """`question` as the rules complete it after the turns of `mentions`, or unchanged."""
    core, marked = _core_of(question)
    # "And him?" is about another than the person just spoken of, and nothing tells who that is.
    if not mentions.turns or len(question.split()) > WORDS or core.lower() in _GENDERS:
        return question
    completed = None
    if _BARE.match(core):
        completed = _ask_again(core, mentions)
    elif _is_fragment(core):
        completed = _substitute(core, marked, mentions)
    # "Finally, where …" and "By the way, who …" bring nothing back.
    elif (fronted := _FRONTED.match(core)) and (marked or _DETERMINED.match(fronted["topic"])):
        completed = _bring_back(fronted["topic"], fronted["rest"], mentions)
    return _sentence(completed) if completed else _resolve(question, mentions)


def _core_of(question: str) -> tuple[str, bool]:
    """`question` without "and", "what about", "no, I mean" and the like; and whether they mark it as a follow-up."""
    line = " ".join(question.split())
    correction = _CORRECTION.match(line)
    line = _CORRECTION.sub("", line)
    opening = _LEAD_IN.match(line)
    core = _TRAIL.sub("", _LEAD_IN.sub("", line))
    marked = bool(correction or opening and _CONNECTS.search(opening.group()) or _WHAT_ABOUT.match(core))
    return _WHAT_ABOUT.sub("", core), marked


def _resolve(question: str, mentions: Mentions) -> str:
    """`question` with the first he and the first she replaced; the later ones then have the name beside them.

    A question in the present tense is about the part, any other about its player.
    """
    role = _is_fragment(question) or bool(_TELLS_THE_STORY.search(question))
    done: dict[str, str] = {}
    pieces, end = [], 0
    words = list(WORD.finditer(question))
    for number, match in enumerate(words):
        pronoun, ending = _split_contraction(match.group())
        gender = _GENDERS.get(pronoun)
        if gender is None or gender in done:
            continue
        following = words[number + 1].group().lower() if number + 1 < len(words) else "to"
        owner = pronoun in ("his", "hers") or pronoun == "her" and following not in FUNCTION_WORDS
        person = None
        if not mentions.names_somebody(question[: match.start()]):
            person = mentions.person(gender, " ".join([question, *done.values()]), role)
        done[gender] = person or ""
        if person:
            pieces += [question[end : match.start()], person, "'s" if owner else ending]
            end = match.end()
    return "".join([*pieces, question[end:]])


def _split_contraction(word: str) -> tuple[str, str]:
    match = re.match(r"(he|she)(['’](?:s|d|ll))$", word, re.IGNORECASE)
    return (match.group(1).lower(), match.group(2)) if match else (word.lower(), "")


def _ask_again(bare: str, mentions: Mentions) -> str | None:
    """The last question, asked with `bare` ("why", "for how long") in place of its own question word."""
    turn = mentions.turns[-1]
    previous = turn.question.strip(" ?")
    bare = re.sub(r"^y\b", "why", bare, flags=re.IGNORECASE)
    bare = re.sub(r"(?<=\w)\s(?:not|that|exactly|(?:is|was) \w+)$", "", bare)
    bare, stranded = re.match(r"(.*?)(\s(?:with|for|to|by|from))?$", bare).groups(default="")
    answer = noun_phrase(turn.answer) or next(iter(turn.told), None)
    parts = _INVERTED.match(previous)
    if parts is None:
        parts = _SUBJECT_ASKED.match(previous)
        if parts is None or answer is None:
            return None
        verb = parts["verb"]
        # No other form of a verb is undone with certainty.
        opening, verb = ("does", verb[:-1]) if _DROPS_S.search(verb) else ("was it that", verb)
        return f"{bare} {opening} {answer} {verb} {parts['rest']}{stranded}"
    asked, auxiliary, rest = parts["asked"].strip().lower(), parts["auxiliary"].lower(), parts["rest"]
    if re.match(r"(?:who|what|whom|which)\b", asked) and answer:
        rest = f"{answer} {rest}" if auxiliary in BE and asked == "who" else f"{rest} {answer}"
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
    previous = next((each for each in reversed(asked) if not (after_place and _ASKS_WHERE.match(each))), asked[-1])
    if placed:
        return f"{_LAST_PHRASE.sub('', previous)} {fragment}"
    if words[-1].endswith(("'s", "’s")):
        return None
    takes_its_place = len(words) == 1 and not {*words} & (TOPICS | PEOPLE) and _asks_when_or_where(previous)
    if not marked and not described and not takes_its_place:
        return None
    if words[0] in _GENDERS:
        resolved = _resolve(fragment, mentions)
        if resolved == fragment:
            return None
        fragment = resolved
        if not PLAYED_BY.match(previous) and (not marked or ASKS_WHO.match(previous)):
            return f"{'what' if words[-1] == 'name' else 'who'} is {fragment}"
    return _replace_noun(previous, fragment, mentions)


def _replace_noun(previous: str, noun: str, mentions: Mentions) -> str | None:
    """`previous` with the noun phrase that is most like `noun` replaced by it, or None when there is none."""
    first = noun.split()[0].lower()
    target = _like(previous, noun, mentions)
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
    for name in mentions.names(previous):
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
    if not _is_fragment(topic):
        return None
    if _BARE.match(rest):
        return _substitute(topic, marked=True, mentions=mentions)
    if topic.split()[0].lower() in PREPOSITIONS:
        return f"{_resolve(rest, mentions).rstrip(' ?')} {topic}"
    if topic.lower() in _GENDERS:
        return _resolve(rest, mentions)
    completed, found = _STANDS_FOR.subn(lambda _: _resolve(topic, mentions), rest, count=1)
    return completed if found else None


def _asks_when_or_where(question: str) -> bool:
    return bool(re.match(r"(?:when|where)\b", question, re.IGNORECASE))


def _is_fragment(text: str) -> bool:
    words = {word.lower() for word in WORD.findall(text)}
    finite = AUXILIARIES | QUESTION_WORDS | {"he", "she", "they", "it", "i", "we", "you", "there"}
    return bool(words) and len(text.split()) <= 6 and not words & finite


def _names_a_topic(words: Sequence[str]) -> bool:
    """Whether a fragment asks about the film whatever came before: "budget of the film", but not "the director"."""
    opens_so = words[0] != "the" and words[0] not in PREPOSITIONS
    return opens_so and bool({*words} & TOPICS) and {*words} <= TOPICS | FUNCTION_WORDS


def _shortened(text: str) -> str:
    return " ".join(text.split()[:WORDS])


def _sentence(text: str) -> str:
    text = re.sub(r"\s+", " ", text).strip(" ?")
    return text[0].upper() + text[1:] + "?"
