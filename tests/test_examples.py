import random

import pytest
from fakes import FakeEncoder

from app.reader.examples import ExampleMaker
from app.reader.history import with_history
from app.reader.records import Example, Gold, Record
from app.reader.rough import roughen

ARTICLE = (
    "The Salt Mill is a film by Ada Quill. It was shot in Ely over two winters.\n\n"
    "== Plot ==\n" + " ".join(f"On day {n} the miller counts his sacks and says nothing to anybody." for n in range(20))
    + " A letter lies in the well. The end comes at dawn.\n\n== Release ==\nIt opened on 3 May in Hull."
)
PARAGRAPH = "The bridge was built in 1820. It fell in a storm. Nobody was hurt. The town paid for another."


def record(question: str, context: str, *answers: str, source: str = "squadshifts-new-wiki") -> Record:
    golds = tuple(Gold(answer, context.index(answer)) for answer in answers)
    return Record(question, source, "group", question, context, golds, question, ())


RECORDS = [
    record("Where is the letter?", ARTICLE, "in the well", source="film-written"),
    record("Who wrote the music?", ARTICLE, source="film-written"),
    record("When did it open?", ARTICLE, "3 May", source="film-written"),
    record("When was the bridge built?", PARAGRAPH, "1820"),
    record("Who built the bridge?", PARAGRAPH),
    record("What fell?", "The lamp fell in 1901.", "The lamp", source="qamr"),
]


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    maker = ExampleMaker(RECORDS, FakeEncoder(), seed=3)
    return [example for epoch in range(60) for example in maker.epoch(epoch)]


def test_a_positive_example_holds_its_answer_at_its_offsets(examples):
    golds = {gold.text for record in RECORDS for gold in record.golds}
    found = {example.context[example.start : example.end] for example in examples if example.start is not None}
    assert found == golds


def test_a_follow_up_is_asked_as_it_stands_alone_and_with_its_history_answered_or_refused():
    golds = (Gold("3 May", ARTICLE.index("3 May")),)
    history = (("Where did it open?", "Hull"),)
    follow_up = Record("1", "film-written", "g", "When did the film open?", ARTICLE, golds, "and when?", history)
    maker = ExampleMaker([follow_up, *RECORDS], FakeEncoder(), seed=3)
    asked = {example.question for epoch in range(30) for example in maker.epoch(epoch)}
    refused = with_history("and when?", [("Where did it open?", "")])
    assert {"When did the film open?", with_history("and when?", history), refused} <= asked


def test_a_question_that_stands_alone_is_sometimes_asked_with_a_history_that_says_nothing(examples):
    with_stray = [example for example in examples if example.question.startswith("When did it open? | ")]
    assert with_stray
    assert any(example.start is not None for example in with_stray)


def test_a_negative_example_of_an_answerable_question_holds_no_answer(examples):
    for question, answer in (("When did it open?", "3 May"), ("Where is the letter?", "in the well")):
        negatives = [e for e in examples if e.start is None and e.question == question]
        assert len(negatives) > 5
        assert not any(answer in e.context for e in negatives)


def test_an_unanswerable_question_is_only_ever_negative(examples):
    music = [example for example in examples if example.question == "Who wrote the music?"]
    assert music
    assert all(example.start is None for example in music)


@pytest.mark.parametrize("sentences, expected", [(11, {True, False}), (12, {False})])
def test_an_adversarial_question_is_sometimes_asked_of_its_whole_paragraph_unless_that_is_long(sentences, expected):
    paragraph = " ".join(f"Bridge {n} fell in a storm, and the town paid for another." for n in range(sentences))
    maker = ExampleMaker([record("Who built it?", paragraph, source="squad2-dev-half")], FakeEncoder(), seed=3)
    whole = [example.context == paragraph for epoch in range(30) for example in maker.epoch(epoch)]
    assert set(whole) == expected


def test_windows_stay_inside_one_section(examples):
    assert not any("==" in example.context for example in examples)


def test_a_single_sentence_context_gets_others_around_it():
    lone = [record(f"What fell {n}?", f"The lamp fell in {n}.", "The lamp", source="qamr") for n in range(1900, 1990)]
    contexts = [example.context for example in ExampleMaker(lone, FakeEncoder(), seed=3).epoch(0)]
    assert any(context.count(".") > 1 for context in contexts)


def test_the_same_seed_and_epoch_give_the_same_examples():
    def drawn(seed: int, epoch: int) -> list[Example]:
        return ExampleMaker(RECORDS, FakeEncoder(), seed).epoch(epoch)

    assert drawn(1, 2) == drawn(1, 2)
    assert drawn(1, 2) != drawn(1, 3)


def test_a_roughened_question_stays_near_what_was_asked():
    rng = random.Random(0)
    question = "Who wrote O'Brien's letter?"
    rough = {roughen(question, rng) for _ in range(200)}
    assert any("'" not in each and "?" not in each for each in rough)
    assert all(abs(len(each) - len(question)) <= 5 for each in rough)
