import pytest
from fakes import FakeEncoder, FakeReader

from app.pipeline import MAX_QUESTION_CHARACTERS, THE_END, WORDS_READ, Pipeline, QuestionError
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


def test_the_same_words_behind_other_small_words_are_not_a_second_answer():
    article = parse("The keeper died of fever.\n\n== Later ==\nHis wife too died from fever.", "keeper.txt")
    answer = pipeline({"of fever": 6.0, "from fever": 5.0}, article).ask("How did the keeper die?")
    assert (answer.text, len(answer.citations)) == ("of fever", 1)


def test_another_number_is_a_second_answer():
    article = parse("The keeper has two sons.\n\n== Later ==\nThe miller has three sons.", "keeper.txt")
    assert pipeline({"two sons": 6.0, "three sons": 5.0}, article).ask("How many?").text == "two sons; three sons"


def test_a_follow_up_is_read_with_what_went_before():
    answer = pipeline({"Ada Quill": 5.0}).ask("When was she born?", [("Who made the film?", "Ada Quill")])
    assert answer.standalone_question == "When was Ada Quill born?"


def test_a_slip_of_the_finger_is_put_right_here_and_in_what_was_said_before():
    asked = pipeline({"in the well": 5.0})
    assert asked.ask("Were is teh lettr found?").standalone_question == "Were is the letter found?"
    assert asked.ask("Where is the lettr?", as_written=True).standalone_question == "Where is the lettr?"
    told = [("Where did Ada Qill film it?", "in Ely")]
    assert asked.ask("And why did she film there?", told) == asked.ask(
        "And why did she film there?", [("Where did Ada Quill film it?", "in Ely")]
    )


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


def test_the_end_of_a_long_question_is_what_is_asked():
    answer = pipeline({"3 May": 5.0}).ask("I saw it last night and" + " really" * 60 + " when did it open?")
    assert answer.standalone_question.split()[-4:] == ["when", "did", "it", "open?"]
    assert len(answer.standalone_question.split()) == WORDS_READ


def test_a_lone_surrogate_does_not_break_the_question():
    answer = pipeline({"in the well": 5.0}).ask("Where \ud800 is it?")
    assert answer.text == "in the well"
    answer.standalone_question.encode("utf-8")


def test_small_talk_gets_a_friendly_word_and_nothing_of_the_article():
    answer = pipeline({"Ada Quill": 5.0}).ask("thank you")
    assert (answer.kind, answer.answered, answer.citations) == ("chat", False, ())
    assert answer.text and "Quill" not in answer.text


def test_what_asks_after_somebody_of_the_article_is_no_small_talk():
    asked = pipeline({"Ada Quill": 5.0})
    assert asked.ask("what can you do bob").kind == "chat"
    assert asked.ask("what can you do quill").kind == "fact"
    assert asked.ask("thank you quill").kind == "chat"


def test_small_talk_between_does_not_break_a_follow_up():
    history = [("Who made the film?", "Ada Quill"), ("thank you", "Glad to help.")]
    answer = pipeline({"Ada Quill": 5.0}).ask("When was she born?", history)
    assert answer.standalone_question == "When was Ada Quill born?"


def test_an_overview_quotes_the_article_in_order():
    answer = pipeline({}).ask("tell me the plot")
    assert (answer.kind, answer.answered) == ("overview", True)
    assert answer.text == "A miller hides a letter. His sister finds it in the well."
    assert [MILL.text[c.start : c.end] for c in answer.citations] == [c.quote for c in answer.citations]


def test_more_is_what_follows_the_sentence_that_was_cited():
    asked = pipeline({"A miller": 5.0})
    history = [("Who hides a letter?", "A miller")]
    assert asked.ask("tell me more", history).text == "His sister finds it in the well. It opened in Ely on 3 May."


def test_more_goes_on_into_the_next_section_and_says_where_the_article_ends():
    article = parse("A film.\n\n== Plot ==\nA miller hides.\n\n== Release ==\nIt opened in Ely.", "mill.txt")
    asked, history = pipeline({}, article), [("tell me the plot", "A miller hides.")]
    told = asked.ask("tell me more", history)
    assert (told.text, told.kind) == ("It opened in Ely.", "overview")
    ended = asked.ask("tell me more", [*history, ("tell me more", told.text)])
    assert (ended.text, ended.kind, ended.citations) == (THE_END, "chat", ())
    history += [("tell me more", told.text), ("tell me more", THE_END)]
    assert asked.ask("tell me more", history).text == THE_END


def test_more_after_an_empty_turn_is_no_error():
    assert pipeline({"A miller": 5.0}).ask("tell me more", [("", "A miller")]).kind == "fact"


def test_among_several_articles_an_overview_is_of_the_one_that_is_asked_about():
    barge = parse("The Glass Barge is a film.\n\n== Plot ==\nA barge sinks.", "glass_barge.txt")
    told = pipeline({}, barge, MILL).ask("tell me the plot of the salt mill")
    assert {citation.article for citation in told.citations} == {"salt_mill.txt"}
    assert told.text.startswith("A miller hides")
    went_on = pipeline({}, barge, MILL).ask("tell me the plot", [("Who directed The Salt Mill?", "Ada Quill")])
    assert went_on.text.startswith("A miller hides")


def test_more_of_nothing_is_refused():
    answer = pipeline({}).ask("tell me more")
    assert (answer.kind, answer.answered) == ("fact", False)


def test_a_list_takes_answers_that_are_less_sure():
    scores = {"3 May": 1.5, "10 May": 5.0}
    assert pipeline(scores).ask("list the awards").text == "10 May; 3 May"
    assert pipeline(scores).ask("When did it open?").text == "10 May"
    assert pipeline({"1931": 5.0, "Ada Quill": 4.5}).ask("list the awards").text == "1931; Ada Quill"


def test_two_questions_in_one_are_both_answered_only_when_each_is():
    question = "Who made the film and where was it shot?"

    class HalfReader(FakeReader):
        def read(self, question, passages):
            words = {"Ada Quill": 5.0} if question.lower().startswith("who") else self._scores
            return FakeReader(words).read(question, passages)

    def ask(scores):
        encoder = FakeEncoder()
        return Pipeline(build_index((MILL,), encoder), encoder, HalfReader(scores), CALIBRATION).ask(question)

    assert ask({"Ely": 4.0}).text == "Ada Quill; Ely"
    assert [citation.text for citation in ask({"Ely": 4.0}).citations] == ["Ada Quill", "Ely"]
    assert ask({"Ely": -4.0}).text == "Ada Quill"


def test_a_second_answer_is_not_given_beside_a_first_that_is_not_sure():
    calibration = Calibration((0.0, 0.0, 1.0), 0.0, 0.5)  # the lead alone: the first has hardly any
    encoder = FakeEncoder()
    asked = Pipeline(build_index((MILL,), encoder), encoder, FakeReader({"3 May": 5.0, "10 May": 5.1}), calibration)
    assert asked.ask("When did it open?").text == "10 May"
    # In a list it is no rival.
    assert asked.ask("list the awards").text == "10 May; 3 May"


class ListeningReader(FakeReader):
    """Notes the questions that it is given."""

    def __init__(self, scores):
        super().__init__(scores)
        self.heard: list[str] = []

    def read(self, question, passages):
        self.heard.append(question)
        return super().read(question, passages)


def listening() -> tuple[Pipeline, ListeningReader]:
    encoder, reader = FakeEncoder(), ListeningReader({"Ely": 5.0})
    return Pipeline(build_index((MILL,), encoder), encoder, reader, CALIBRATION), reader


def test_a_follow_up_is_read_with_its_history_and_a_question_that_stands_alone_without():
    asked, reader = listening()
    history = [("Who made it?", "Ada Quill")]
    assert asked.ask("where was she born", history).standalone_question == "where was Ada Quill born"
    asked.ask("Where was the film shot?", history)
    assert reader.heard == ["where was she born | Who made it? Ada Quill", "Where was the film shot?"]


def test_a_history_of_any_length_is_answered():
    history = [("Who hides a letter?", "A miller"), *[("tell me more", "His sister finds it in the well.")] * 3000]
    assert pipeline({"A miller": 5.0}).ask("tell me more", history).text == "A miller"


def test_no_lone_surrogate_and_no_million_characters_of_a_history_reach_the_reader():
    asked, reader = listening()
    assert asked.ask("Who hides it?", [("\ud800who", "x" * 1_000_000)]).answered
    assert len(reader.heard[0].encode("utf-8")) < 2000
