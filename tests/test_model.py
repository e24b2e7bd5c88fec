import shutil

import pytest

from app.reader.model import WEIGHTS, Reader, ReaderError

FILES = ("model.xml", "model.bin", "tokenizer.json")
FILLER = "The miller counts his sacks and says nothing to anybody about the winter. "


@pytest.fixture(scope="module")
def reader() -> Reader:
    reader = Reader()
    reader.load()
    return reader


def test_the_best_span_of_all_passages_comes_first(reader):
    passages = [FILLER, "The film was directed by Ada Quill in 1931.", FILLER]
    best = reader.read("Who directed the film?", passages)[0]
    assert (best.passage, passages[1][best.start : best.end]) == (1, "Ada Quill")


def test_a_passage_that_says_it_scores_above_one_that_does_not(reader):
    question = "Who directed the film?"
    says = reader.read(question, ["The film was directed by Ada Quill in 1931."])[0]
    silent = reader.read(question, ["The film was shot in Ely in 1931."])[0]
    assert says.score > 0 > silent.score


def test_a_long_passage_is_read_to_its_end(reader):
    passage = FILLER * 40 + "The film was directed by Ada Quill in 1931."
    best = reader.read("Who directed the film?", [passage])[0]
    assert passage[best.start : best.end] == "Ada Quill"


@pytest.mark.parametrize("tail", ["Please tell me. " * 60, "a " * 480, "映画" * 480])
def test_a_long_question_leaves_room_for_the_passage(reader, tail):
    passage = "The film was directed by Ada Quill in 1931."
    spans = reader.read("Who directed the film? " + tail, [passage])
    assert spans
    assert all(0 <= span.start < span.end <= len(passage) for span in spans)


@pytest.mark.parametrize("passage", ["", "   ", "\u200b", "🎬🎬🎬", "الفيلم من إخراج آدا"])
def test_odd_passages_give_spans_inside_them_or_none(reader, passage):
    for span in reader.read("Who directed the film?", [passage]):
        assert 0 <= span.start < span.end <= len(passage)


def test_an_accent_of_its_own_belongs_to_the_answer(reader):
    passage = "The film was directed by Ada Zoe\u0308 in 1931."
    best = reader.read("Who directed the film?", [passage])[0]
    assert passage[best.start : best.end].endswith("Zoe\u0308")


def test_no_passages_give_no_spans(reader):
    assert reader.read("Who directed the film?", []) == []


@pytest.mark.parametrize("broken", FILES)
def test_missing_and_cut_off_weights_are_named(tmp_path, broken):
    for name in FILES:
        shutil.copy(WEIGHTS / name, tmp_path / name)
    (tmp_path / broken).write_bytes((WEIGHTS / broken).read_bytes()[:1000])
    with pytest.raises(ReaderError, match=str(tmp_path)):
        Reader(tmp_path).load()
    (tmp_path / broken).unlink()
    with pytest.raises(ReaderError, match=str(tmp_path)):
        Reader(tmp_path).load()
