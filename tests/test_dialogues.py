"""Dialogues read, held and summed up."""

import json

import pytest
from fakes import FakeEncoder, FakeReader

from app.conversing import converse, summarise_turns
from app.dialogues import facts, kind_of, read_dialogues
from app.pipeline import Pipeline
from app.reader.calibration import Calibration
from app.rewriting import compare, read_rewrites
from index.article import parse
from index.store import build_index

CONTEXT = "The Salt Mill is a film by Ada Quill. Quill was born in Hull.\n\n== Plot ==\nA miller hides a letter."
CALIBRATION = Calibration((1.0, 0.0, 0.0), 0.0, 0.5)


def turn(question, standalone, kind="fact", *answers):
    golds = [{"text": text, "start": CONTEXT.index(text)} for text in answers]
    return {"question": question, "standalone": standalone, "kind": kind, "answers": golds}


TURNS = [
    turn("who made the film", "Who made the film?", "fact", "Ada Quill"),
    turn("where was she born?", "Where was Ada Quill born?", "fact", "Hull"),
    turn("thanks", "thanks", "chat"),
    turn("what does the miller hide", "What does the miller hide?", "fact", "a letter"),
    turn("is she married", "Is Ada Quill married?"),
]


def written(tmp_path, *lines):
    path = tmp_path / "lines.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    return path


def dialogue(turns):
    return {"source": "test", "group": "salt_mill", "context": CONTEXT, "turns": turns}


def test_a_follow_up_differs_from_its_meaning_in_words_not_in_marks(tmp_path):
    [read] = read_dialogues(written(tmp_path, dialogue(TURNS)))
    assert [each.is_follow_up for each in read.turns] == [False, True, False, False, True]


def test_an_unknown_kind_is_an_error_with_file_line_and_value(tmp_path):
    with pytest.raises(ValueError, match=r"lines\.jsonl, line 2: .*got 'gossip'"):
        read_dialogues(written(tmp_path, dialogue(TURNS), dialogue([turn("a", "a", "gossip")])))
    moved = turn("a", "a") | {"answers": [{"text": "Hull", "start": 2}]}
    with pytest.raises(ValueError, match=r"lines\.jsonl, line 1: .*'Hull' at 2"):
        read_dialogues(written(tmp_path, dialogue([moved])))


def test_a_file_is_known_by_its_first_line(tmp_path):
    assert kind_of(written(tmp_path, dialogue(TURNS))) == "dialogues"
    assert kind_of(written(tmp_path, {"history": [], "question": "a", "rewrite": "b"})) == "rewrites"
    assert kind_of(written(tmp_path, {"question": "a", "answers": []})) == "records"


def test_the_facts_of_a_dialogue_are_records_with_the_turns_before_them_as_history(tmp_path):
    [read] = read_dialogues(written(tmp_path, dialogue(TURNS)))
    records = facts(read)
    assert [record.typed for record in records] == [turn.question for turn in read.turns if turn.kind == "fact"]
    assert (records[1].question, records[1].history) == (
        "Where was Ada Quill born?",
        (("who made the film", "Ada Quill"),),
    )
    assert records[2].history[2:] == (("thanks", ""),)
    assert (records[2].golds[0].text, records[3].golds) == ("a letter", ())
    assert len({record.id for record in records}) == 4


def test_turns_are_asked_with_the_programs_own_answers_and_counted_by_kind(tmp_path):
    encoder = FakeEncoder()
    index = build_index([parse("Another film.", "other.txt")], encoder)
    pipeline = Pipeline(index, encoder, FakeReader({"Ada Quill": 5.0}), CALIBRATION)
    outcomes = list(converse(read_dialogues(written(tmp_path, dialogue(TURNS))), pipeline))
    assert outcomes[1].history == (("who made the film", "Ada Quill"),)
    assert [outcome.right for outcome in outcomes] == [True, False, True, False, False]
    assert [outcome.alone is not None for outcome in outcomes] == [False, False, False, True, False]
    figures = summarise_turns(outcomes)
    assert (figures["turns"], figures["right_follow_ups"], figures["refused_follow_ups"]) == (5, 0.0, 0.0)
    assert (figures["right"], figures["chat_routed"], figures["facts_routed_away"]) == (33.3, 100.0, 0.0)


def test_rewrites_are_compared_with_the_human_ones(tmp_path):
    path = written(
        tmp_path,
        {"history": ["Ida Falk", "Career"], "question": "Where was she born?", "rewrite": "Where was Ida Falk born?"},
    )
    figures = compare(read_rewrites(path))
    assert (figures["questions"], figures["rewritten_f1"]) == (1, 100.0)
    assert figures["typed_f1"] < 100


def test_a_broken_rewrite_is_an_error_with_file_and_line(tmp_path):
    with pytest.raises(ValueError, match=r"lines\.jsonl, line 1: not a rewrite"):
        read_rewrites(written(tmp_path, {"history": ["topic alone"], "question": "a", "rewrite": "b"}))
