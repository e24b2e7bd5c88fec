import json

import pytest
from fakes import FakeEncoder, FakeReader

from app.lines import MAX_LINE_BYTES, answer_lines
from app.pipeline import Pipeline
from app.reader.calibration import Calibration
from index.article import parse
from index.store import build_index

ARTICLE = parse("== Plot ==\nA miller hides a letter in the well.", "mill.txt")


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    encoder = FakeEncoder()
    index = build_index([ARTICLE], encoder)
    return Pipeline(index, encoder, FakeReader({"the well": 3.0}), Calibration((1.0, 0.0, 0.0), 0.0, 0.5))


def answered(pipeline: Pipeline, *lines: bytes) -> list[dict]:
    return [json.loads(line) for line in answer_lines(lines, pipeline)]


def test_an_answer_has_the_promised_fields(pipeline):
    (answer,) = answered(pipeline, b'{"id": "q1", "question": "Where is the letter?"}')
    assert answer.pop("seconds") >= 0
    assert answer == {
        "id": "q1",
        "answered": True,
        "answer": "the well",
        "probability": 0.9526,
        "standalone_question": "Where is the letter?",
        "citations": [
            {
                "article": "mill.txt",
                "section": "Plot",
                "start": ARTICLE.text.index("the well"),
                "end": ARTICLE.text.index("the well") + len("the well"),
                "text": "the well",
                "quote": "A miller hides a letter in the well.",
            }
        ],
    }


def test_history_reaches_the_standalone_question(pipeline):
    line = b'{"id": 7, "question": "Where did he live?", "history": [["Who hid it?", "Tom Ash"]]}'
    (answer,) = answered(pipeline, line)
    assert (answer["id"], answer["standalone_question"]) == (7, "Where did Tom Ash live?")


@pytest.mark.parametrize(
    ("line", "id", "error"),
    [
        (b"{broken", None, "not JSON"),
        (b"\xff\xfe", None, "not JSON in UTF-8"),
        (b"[" * 100_000, None, "not JSON"),
        (b'["a question"]', None, "got a JSON list"),
        (b'{"id": "a"}', "a", '"question" must be a string, got NoneType'),
        (b'{"id": "a", "question": 3}', "a", '"question" must be a string, got int'),
        (b'{"id": {}, "question": "Who?"}', None, '"id" must be a string or a finite number'),
        (b'{"id": 1e999, "question": "Who?"}', None, '"id" must be a string or a finite number'),
        (b'{"id": "a", "question": "Who?", "history": "x"}', "a", '"history" must be a list'),
        (b'{"id": "a", "question": "Who?", "history": [["only one"]]}', "a", 'pairs of strings, got ["only one"]'),
        (b'{"id": "a", "question": "  "}', "a", "the question is empty"),
        (b'{"id": "a", "question": "' + b"x" * 2000 + b'"}', "a", "2,000 characters"),
        (b'{"id": "a", "question": "' + b"x" * MAX_LINE_BYTES + b'"}', None, "1,000,027 bytes"),
    ],
)
def test_a_bad_line_gives_its_error_and_the_run_goes_on(pipeline, line, id, error):
    bad, good = answered(pipeline, line, b'{"id": "good", "question": "Where?"}')
    assert bad["id"] == id
    assert error in bad["error"]
    assert (good["id"], good["answer"]) == ("good", "the well")


def test_blank_lines_are_passed_over(pipeline):
    assert [answer["id"] for answer in answered(pipeline, b"\n", b'{"id": 1, "question": "Where?"}\n', b" \n")] == [1]


def test_a_byte_order_mark_and_a_broken_number_are_no_faults(pipeline):
    assert [answer["id"] for answer in answered(pipeline, b'\xef\xbb\xbf{"id": 1.5, "question": "Where?"}')] == [1.5]


def test_a_lone_surrogate_can_be_printed(pipeline):
    (line,) = answer_lines([b'{"id": "\\ud800", "question": "Where \\ud800?"}'], pipeline)
    line.encode("utf-8")
    assert json.loads(line)["id"] == "\ud800"
