import gzip
import json

import pytest

from app.reader.records import Gold, read_records

RECORD = {
    "id": "1",
    "source": "s",
    "group": "g",
    "history": [["Who kept the mill?", "Ada"]],
    "question": "and where?",
    "standalone": "Where did Ada keep the mill?",
    "context": "Ada kept a mill in Ely.",
    "answers": [{"text": "in Ely", "start": 16}],
}


def written(path, *records):
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(record) + "\n" for record in records)
    return path


@pytest.mark.parametrize("name", ["records.jsonl", "records.jsonl.gz"])
def test_records_are_read_plain_and_compressed(tmp_path, name):
    (record,) = read_records(written(tmp_path / name, RECORD))
    assert record.question == "Where did Ada keep the mill?"
    assert record.typed == "and where?"
    assert record.history == (("Who kept the mill?", "Ada"),)
    assert record.golds == (Gold("in Ely", 16),)


def test_an_answer_that_does_not_stand_where_it_says_is_refused_with_file_and_line(tmp_path):
    moved = RECORD | {"answers": [{"text": "in Ely", "start": 3}]}
    path = written(tmp_path / "records.jsonl", RECORD, moved)
    with pytest.raises(ValueError, match=r"records\.jsonl, line 2: .*'in Ely' at 3"):
        read_records(path)


def test_a_missing_field_is_named(tmp_path):
    path = written(tmp_path / "records.jsonl", {"id": "1", "answers": []})
    with pytest.raises(ValueError, match="line 1.*'question'"):
        read_records(path)
