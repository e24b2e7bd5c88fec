import json
from dataclasses import replace

import pytest

from app.answer import Answer, Citation
from app.web.history import CHANGED, MAX_SAVED_BYTES, Turn, dump_turns, fitting, load_turns
from index.article import parse

TEXT = "The Lantern Keeper is a film.\n\n== Crew ==\nAda Quill directed it. Tomas Reed played.\n"
ARTICLE = parse(TEXT, "Lantern.txt")
ARTICLES = (ARTICLE,)


def cite(words: str, quote: str) -> Citation:
    start, quote_start = ARTICLE.text.index(words), ARTICLE.text.index(quote)
    ends = start + len(words), quote_start + len(quote)
    return Citation("Lantern.txt", "Crew", start, ends[0], words, quote, quote_start, ends[1])


ADA, TOMAS = cite("Ada Quill", "Ada Quill directed it."), cite("Tomas Reed", "Tomas Reed played.")
ANSWERED = Turn("Who did it?", Answer(True, "Ada Quill", 0.9, "Who directed it?", (ADA,)), key="0123abcd", vote="up")
REFUSED = Turn("Why?", Answer(False, "", 0.1, "Why?", (cite("Tomas Reed played.", "Tomas Reed played."),)), alone=True)
BOTH = "Ada Quill directed it. Tomas Reed played."
OVERVIEW = Turn("Sum up.", Answer(True, BOTH, 0.9, "Sum up.", (ADA, TOMAS), "overview"))
CHAT = Turn("Hello", Answer(False, "Hello!", 0.0, "Hello", (), "chat"))


def forged(change: dict, answer: bool = True, turn: Turn = ANSWERED) -> str:
    saved = json.loads(dump_turns([turn], ARTICLES))
    (saved["turns"][0]["answer"] if answer else saved["turns"][0]).update(change)
    return json.dumps(saved)


@pytest.mark.parametrize("turn", [ANSWERED, REFUSED, OVERVIEW, CHAT, Turn("Who?", notice="Say more.")])
def test_what_was_dumped_is_loaded(turn: Turn) -> None:
    assert load_turns(dump_turns([turn], ARTICLES), ARTICLES) == (turn,)


def test_no_words_of_the_article_are_kept_in_the_browser_but_the_answers() -> None:
    assert "directed it." not in dump_turns([ANSWERED], ARTICLES)


def test_an_article_that_changed_leaves_the_question() -> None:
    edited = parse(ARTICLE.text.replace("Ada", "Eve"), ARTICLE.name)
    assert load_turns(dump_turns([ANSWERED, CHAT], ARTICLES), [edited]) == (Turn("Who did it?", notice=CHANGED), CHAT)


@pytest.mark.parametrize("text", ["The butler", "Ada Quill, the butler", "Quill"])
def test_words_that_are_not_the_cited_ones_are_replaced(text: str) -> None:
    assert load_turns(forged({"text": text}), ARTICLES)[0].answer.text == "Ada Quill"


@pytest.mark.parametrize(
    "citation",
    [
        {"start": 10_000, "end": 10_001, "quote_start": 0, "quote_end": 10_002},
        {"start": 5, "end": 5, "quote_start": 0, "quote_end": 9},
        {"start": 5, "end": 9, "quote_start": 6, "quote_end": 9},
        {"start": 0, "end": 3, "quote_start": 0, "quote_end": len(ARTICLE.text)},
        {"start": ADA.start, "end": ADA.end, "quote_start": 0, "quote_end": ADA.end},
    ],
)
def test_a_citation_without_its_place_takes_its_turn_away(citation: dict) -> None:
    assert load_turns(forged({"citations": [citation | {"article": "Lantern.txt"}]}), ARTICLES) == ()


def test_the_oldest_turns_go_where_quotes_would_be_longer_than_a_conversations(monkeypatch: pytest.MonkeyPatch) -> None:
    saved = dump_turns([ANSWERED, REFUSED, OVERVIEW], ARTICLES)
    monkeypatch.setattr("app.web.history.MAX_QUOTED", len(BOTH) + len("Tomas Reed played."))
    assert load_turns(saved, ARTICLES) == (REFUSED, OVERVIEW)


def test_only_the_articles_that_are_cited_are_kept_with_it() -> None:
    others = [parse(f"Number {number}.", f"{number}.txt") for number in range(500)]
    assert dump_turns([ANSWERED], [*others, ARTICLE]) == dump_turns([ANSWERED], ARTICLES)


def test_a_citation_of_another_article_takes_its_turn_away() -> None:
    other = {"article": "Other.txt", "start": 0, "end": 1, "quote_start": 0, "quote_end": 2}
    assert load_turns(forged({"citations": [other]}), ARTICLES) == ()


@pytest.mark.parametrize(
    "change",
    [
        {"citations": []},
        {"kind": "chat"},
        {"kind": "sermon"},
        {"probability": 7},
        {"probability": "0.9"},
        {"answered": "yes"},
        {"text": "x" * 3000},
        {"html": "<b>"},
    ],
)
def test_an_answer_that_the_program_never_gives_is_left_out(change: dict) -> None:
    assert load_turns(forged(change), ARTICLES) == ()


@pytest.mark.parametrize("change", [{"question": ""}, {"key": "../etc"}, {"vote": "sideways"}, {"question": 7}])
def test_a_turn_that_the_program_never_writes_is_left_out(change: dict) -> None:
    assert load_turns(forged(change, answer=False), ARTICLES) == ()


@pytest.mark.parametrize("saved", ["", "null", "[]", "{", '{"version": 2}', "[" * 5000, "\ud800"])
def test_what_is_no_conversation_is_an_empty_one(saved: str) -> None:
    assert load_turns(saved, ARTICLES) == ()


def test_the_oldest_turns_make_room() -> None:
    turns = [replace(ANSWERED, question=f"{number} {'who ' * 100}") for number in range(200)]
    kept = fitting(turns, ARTICLES)
    assert kept == tuple(turns[-len(kept) :])
    assert len(dump_turns(kept, ARTICLES).encode()) <= MAX_SAVED_BYTES
    assert len(dump_turns(turns[-len(kept) - 1 :], ARTICLES).encode()) > MAX_SAVED_BYTES
