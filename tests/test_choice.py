import shutil

import pytest
from transformers import BertConfig, BertForQuestionAnswering

from app.reader import choice
from app.reader.calibration import Calibration, load_calibration
from app.reader.choice import UNCALIBRATED, calibration_folder, open_reader
from app.reader.model import WEIGHTS, ReaderError

PASSAGES = ["The film was directed by Ada Quill in 1931.", "It was shot in Ely."]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A model in the transformers layout with random weights: what it answers means nothing, where it answers does."""
    folder = tmp_path_factory.mktemp("reader")
    shape = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    BertForQuestionAnswering(BertConfig(**shape)).save_pretrained(folder)
    shutil.copy(WEIGHTS / "tokenizer.json", folder)
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "BertTokenizer"}')
    return str(folder)


@pytest.fixture(autouse=True)
def data_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(choice, "user_data_path", lambda *_, **__: tmp_path)


def test_no_name_opens_the_reader_that_ships_with_its_calibration():
    reader, calibration = open_reader("")
    assert reader.read("Who directed the film?", PASSAGES)[0].passage == 0
    assert calibration == load_calibration(WEIGHTS)


def test_a_folder_in_the_transformers_layout_answers_with_spans_of_the_passages(folder):
    reader, calibration = open_reader(folder)
    spans = reader.read("Who directed the film?", PASSAGES)
    assert {span.passage for span in spans} == {0, 1}
    assert all(0 <= span.start < span.end <= len(PASSAGES[span.passage]) for span in spans)
    assert calibration == UNCALIBRATED


def test_each_reader_has_a_hash_of_its_own_that_changes_with_its_weights(folder, tmp_path):
    other = shutil.copytree(folder, tmp_path / "other")
    assert open_reader(str(other))[0].sha256 == open_reader(folder)[0].sha256 != open_reader("")[0].sha256
    model = BertForQuestionAnswering.from_pretrained(other)
    model.qa_outputs.bias.data += 1
    model.save_pretrained(other)
    assert open_reader(str(other))[0].sha256 != open_reader(folder)[0].sha256


def test_its_calibration_is_kept_in_the_users_folder_and_found_again(folder):
    kept = calibration_folder(folder)
    assert kept != calibration_folder("somebody/else")
    kept.mkdir(parents=True)
    Calibration((1.0, 2.0, 3.0), 0.5, 0.6).save(kept)
    assert open_reader(folder)[1].threshold == 0.6


def test_a_folder_that_holds_no_reader_is_named(tmp_path):
    with pytest.raises(ReaderError, match=str(tmp_path)):
        open_reader(str(tmp_path))[0].load()
