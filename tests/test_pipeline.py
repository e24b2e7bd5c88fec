import pytest
from fakes import FakeEncoder, FakeReader

from app.pipeline import MAX_QUESTION_CHARACTERS, Pipeline, QuestionError
from app.reader.calibration import Calibration
from index.article import parse
from index.store import build_index

# The probability is the logistic of the score alone; refused below one half, which is a score of 0.
CALIBRATION = Calibration((1.0, 0.0, 0.0), 0.0, 0.5)

MILL = parse(
    "The Salt Mill is a 1931 film by Ada Quill. It was shot in Ely.\n\n"
    "== Plot ==\nA miller hides a letter. His sister finds it in the well.\n\n"
    "== Release ==\nIt opened in Ely on 3 May. In Hull it opened a week later, on 10 May.",
    "salt_mill.txt",
)


def pipeline(scores: dict[str, float], *articles) -> Pipeline:
    encoder = FakeEncoder()
    return Pipeline(build_index(articles or (MILL,), encoder), encoder, FakeReader(scores), CALIBRATION)


def test_an_answer_cites_its_exact_place_section_and_sentence():
    answer = pipeline({"in the well": 5.0}).ask("Where is the letter found?")
    (citation,) = answer.citations
    assert (answer.answered, answer.text) == (True, "in the well")
    assert MILL.text[citation.start : citation.end] == citation.text == "in the well"
    assert (citation.article, citation.section) == ("salt_mill.txt", "Plot")
    assert citation.quote == "His sister finds it in the well."
    assert MILL.text[citation.quote_start : citation.quote_end] == citation.quote


def test_the_probability_is_the_calibrated_one():
    answer = pipeline({"in the well": 2.0}).ask("Where?")
    assert answer.probability == pytest.approx(0.8808, abs=1e-4)


def test_below_the_threshold_it_refuses_with_the_nearest_passage():
    answer = pipeline({"in the well": -1.0}).ask("In Hull it opened a week later?")
    assert (answer.answered, answer.text) == (False, "")
    (citation,) = answer.citations
    assert citation.section == "Release"
    assert citation.text == citation.quote == MILL.text[citation.start : citation.end]
    assert answer.probability == pytest.approx(0.2689, abs=1e-4)


def test_a_span_in_overlapping_passages_is_one_answer():
    long_section = " ".join(f"Sentence {n} tells what the miller did in the year {1900 + n}." for n in range(30))
    article = parse(long_section, "years.txt")
    index = build_index([article], FakeEncoder())
    shared = next(
        article.text[second.start : first.end]
        for first, second in zip(index.passages, index.passages[1:])
        if second.start < first.end
    )
    year = shared.rstrip(".").split()[-1]
    answer = pipeline({year: 9.0}, article).ask("Which year?")
    assert answer.text == year
    assert len(answer.citations) == 1


def test_sure_answers_of_different_sentences_are_all_given_the_surest_first():
    answer = pipeline({"3 May": 4.0, "10 May": 5.0}).ask("When did it open?")
    assert answer.text == "10 May; 3 May"
    assert [citation.text for citation in answer.citations] == ["10 May", "3 May"]
    assert answer.probability == pytest.approx(0.9933, abs=1e-4)


def test_a_second_answer_that_is_not_sure_is_not_given():
    assert pipeline({"3 May": 1.0, "10 May": 5.0}).ask("When did it open?").text == "10 May"


def test_a_second_answer_from_the_same_sentence_is_not_given():
    assert pipeline({"1931": 5.0, "Ada Quill": 4.5}).ask("Who made it?").text == "1931"


def test_the_same_words_elsewhere_are_not_a_second_answer():
    answer = pipeline({"Ely": 5.0}).ask("Where was it?")
    assert (answer.text, len(answer.citations)) == ("Ely", 1)


def test_a_follow_up_is_read_with_what_went_before():
    answer = pipeline({"Ada Quill": 5.0}).ask("When was she born?", [("Who made the film?", "Ada Quill")])
    assert answer.standalone_question == "When was Ada Quill born?"


def test_several_articles_are_asked_at_once_and_the_citation_names_its_own():
    other = parse("The Glass Barge is a film by Ned Moss.", "glass_barge.txt")
    answer = pipeline({"Ned Moss": 5.0}, MILL, other).ask("Who made The Glass Barge?")
    assert [citation.article for citation in answer.citations] == ["glass_barge.txt"]


@pytest.mark.parametrize("question", ["", "  \n\t "])
def test_an_empty_question_is_refused_with_a_remedy(question):
    with pytest.raises(QuestionError, match="empty; type a question"):
        pipeline({}).ask(question)


def test_a_long_question_is_refused_with_its_length_and_the_limit():
    with pytest.raises(QuestionError, match="1,001 characters, more than the 1,000"):
        pipeline({}).ask("x" * (MAX_QUESTION_CHARACTERS + 1))


def test_a_lone_surrogate_does_not_break_the_question():
    answer = pipeline({"in the well": 5.0}).ask("Where \ud800 is it?")
    assert answer.text == "in the well"
    answer.standalone_question.encode("utf-8")
