"""What must hold for any input at all, tried with inputs that hypothesis makes up and shrinks."""

import json

import numpy as np
import pytest
from fakes import FakeEncoder, FakeReader
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from app.condense import condense
from app.lines import answer_lines
from app.pipeline import Pipeline
from app.reader.calibration import Calibration
from app.reader.spans import NO_ANSWER, best_spans
from index.article import parse
from index.splitter import split
from index.store import build_index

settings.register_profile("steady", deadline=None, derandomize=True, max_examples=150)
settings.load_profile("steady")

PIECES = ["== Plot ==\n", "=== Scene ===\n", "\n", " ", ". ", "? ", "Dr. ", "“Who?” ", "\u00a0", "\u2028", "e\u0301"]
TEXTS = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=20)), max_size=30).map("".join)
QUESTIONS = st.lists(
    st.one_of(
        st.sampled_from(["and", "who", "when did", "he", "she", "it", "the film", "what about", "Ada Quill's", "?"]),
        st.text(max_size=12),
    ),
    max_size=12,
).map(" ".join)
HISTORIES = st.lists(st.tuples(QUESTIONS, QUESTIONS), max_size=4)


@given(TEXTS, st.integers(1, 40), st.integers(0, 3))
def test_every_passage_stands_at_its_offsets_and_together_they_hold_every_sentence(text, max_words, overlap):
    article = parse(text, "any.txt")
    passages = split(article, max_words, overlap)
    held = np.zeros(len(text), dtype=bool)
    for passage in passages:
        assert article.text[passage.start : passage.end] == passage.text == passage.text.strip() != ""
        held[passage.start : passage.end] = True
    for section in article.sections:
        for start, end in article.paragraphs(section):
            assert all(held[place] or text[place].isspace() for place in range(start, end))
    assert [(p.start, p.end) for p in passages] == sorted({(p.start, p.end) for p in passages})


SEGMENTS = arrays.arrays(np.int8, (2, 9), elements=st.integers(NO_ANSWER, 2))
LOGITS = arrays.arrays(np.float32, (2, 9), elements=st.floats(-20, 20, width=32))


@given(LOGITS, LOGITS, SEGMENTS, st.integers(1, 9), st.integers(1, 4))
def test_spans_are_the_best_that_may_be_and_do_not_overlap(starts, ends, segments, max_tokens, count):
    segments[:, 0] = NO_ANSWER
    spans = best_spans(starts, ends, segments, max_tokens, count)
    assert [span.score for span in spans] == sorted((span.score for span in spans), reverse=True)
    for window in range(2):
        places = np.flatnonzero(segments[window] != NO_ANSWER)
        allowed = {
            (places[i], places[j]): starts[window, places[i]] + ends[window, places[j]]
            for i in range(len(places))
            for j in range(i, min(i + max_tokens, len(places)))
            if segments[window, places[i]] == segments[window, places[j]]
        }
        found = [(span.first, span.last) for span in spans if span.window == window]
        assert bool(found) == bool(allowed) and len(found) <= count
        assert set(found) <= allowed.keys()
        assert all(a[1] < b[0] for a, b in zip(sorted(found), sorted(found)[1:]))
        if found:
            assert allowed[found[0]] == pytest.approx(max(allowed.values()))


@given(QUESTIONS, HISTORIES)
def test_any_question_can_be_made_to_stand_alone(question, history):
    standalone = condense(question, history, "The Lantern Keeper")
    assert isinstance(standalone, str)
    assert standalone.strip() or not question.strip()
    assert len(standalone) <= len(question) + sum(len(asked) + len(answer) for asked, answer in history) + 200


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    encoder = FakeEncoder()
    index = build_index([parse("== Plot ==\nA miller hides a letter in the well.", "mill.txt")], encoder)
    return Pipeline(index, encoder, FakeReader({"the well": 3.0}), Calibration((1.0, 0.0, 0.0), 0.0, 0.5))


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(st.characters(), max_size=9)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)),
    max_leaves=6,
)
LINES = st.one_of(
    st.binary(max_size=60),
    st.fixed_dictionaries({}, optional={"id": JSON, "question": JSON, "history": JSON}).map(json.dumps).map(str.encode),
    st.tuples(QUESTIONS, HISTORIES).map(lambda pair: json.dumps({"question": pair[0], "history": pair[1]}).encode()),
)


@given(st.lists(LINES, max_size=5))
def test_every_line_that_is_not_blank_gets_one_object_in_its_turn(pipeline, lines):
    asked = [line for line in lines if line.strip()]
    answers = [json.loads(answer.encode("utf-8")) for answer in answer_lines(lines, pipeline)]
    assert len(answers) == len(asked)
    for answer in answers:
        assert ("error" in answer) != ("answered" in answer)
