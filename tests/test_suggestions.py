import asyncio
from collections.abc import Sequence
from concurrent.futures import Future
from threading import Event

import pytest

from app.answer import Answer, Citation
from app.web.history import Turn
from app.web.suggestions import Candidate, Suggestions, candidates, check
from index.article import parse

TEXT = """The Lantern Keeper is a 1961 American silent film, directed by Ada Quill in 1960.

== Plot ==
The boat is found by Tomas Reed.

== Reception ==
Tomas Reed was praised. Tomas Reed won nothing.
"""
ARTICLE = parse(TEXT, "The_Lantern_Keeper.txt")


class Oracle:
    """Gives the answers that it was made with: words of the article, and a probability; refuses all else."""

    articles = (ARTICLE,)

    def __init__(self, **known: tuple[str, float]) -> None:
        self.known = {question.replace("_", " "): found for question, found in known.items()}
        self.asked: list[str] = []

    def ask(self, question: str, history: Sequence[tuple[str, str]] = ()) -> Answer:
        self.asked.append(question)
        words, probability = self.known.get(question.strip("?"), ("The", 0.0))
        start = TEXT.index(words)
        section = "Plot" if 0 < start - TEXT.index("== Plot") < 50 else ""
        citation = Citation(ARTICLE.name, section, start, start + len(words), words, words, start, start + len(words))
        return Answer(probability > 0, words, probability, question, (citation,))


def loaded(pipeline: Oracle) -> Future:
    loading: Future = Future()
    loading.set_result(pipeline)
    return loading


def test_candidates_speak_of_what_the_article_is_and_names() -> None:
    questions = [candidate.question for candidate in candidates(ARTICLE, ["Was it good?"])]
    assert questions[0] == "Was it good?"
    first, *others = candidates(ARTICLE, ["who directed the film?"])
    assert (first.question, bool(first.again)) == ("Who directed the film?", True)
    assert "Who directed the film?" not in [candidate.question for candidate in others]
    assert {"Who directed the film?", "When did The Lantern Keeper die?"} <= set(questions)
    assert len(questions) == len(set(questions))


@pytest.mark.parametrize(
    ("sentence", "question", "expected"),
    [
        ("Tomas Reed won a prize for a song.", "Who won a prize for a song?", "Tomas Reed"),
        ("Later Tomas Reed was nominated for the prize, and lost.", "Who was nominated for the prize?", "Tomas Reed"),
        ("It has a widow played by Ines Vale.", "Who played the widow?", "Ines Vale"),
        ("It has an old song written by Ines Vale.", "Who wrote the old song?", "Ines Vale"),
        ("It was restored on March 3, 1961, in Rome.", "When was the film restored?", "March 3, 1961"),
    ],
)
def test_a_sentence_gives_a_question_whose_answer_is_known(sentence: str, question: str, expected: str) -> None:
    article = parse(f"The Lantern Keeper is a silent film. {sentence}\n", "The_Lantern_Keeper.txt")
    made = {candidate.question: candidate.expected for candidate in candidates(article) if candidate.expected}
    assert made == {question: expected}


def test_no_sentence_of_the_plot_gives_a_question() -> None:
    article = parse("A film.\n\n== Plot ==\nTomas Reed killed the old keeper.\n", "a.txt")
    assert not [candidate for candidate in candidates(article) if candidate.expected]


@pytest.mark.parametrize(("expected", "kept"), [("Ada Quill", True), ("Quill", True), ("Tomas Reed", False)])
def test_a_suggestion_from_a_sentence_gets_the_answer_that_the_sentence_holds(expected: str, kept: bool) -> None:
    candidate = Candidate("One?", "who", expected=expected)
    assert (check(candidate, Oracle(One=("Ada Quill", 0.95))) is not None) == kept


@pytest.mark.parametrize(
    ("sort", "first", "second", "kept"),
    [
        ("who", ("Ada Quill", 0.95), ("Ada Quill", 0.6), True),
        ("who", ("Ada Quill", 0.85), ("Ada Quill", 0.95), False),
        ("who", ("Ada Quill", 0.95), ("American", 0.95), False),
        ("who", ("Ada Quill", 0.95), ("Ada Quill", 0.0), False),
        ("who", ("1961", 0.95), ("1961", 0.95), False),
        ("when", ("1961", 0.95), ("1961", 0.95), True),
        ("when", ("American", 0.95), ("American", 0.95), False),
        ("what", ("Tomas Reed", 0.95), ("Tomas Reed", 0.95), False),
    ],
    ids=["sure", "unsure", "disagrees", "refused", "no name", "a date", "no date", "in the plot"],
)
def test_a_suggestion_is_sure_of_its_sort_and_the_same_in_other_words(
    sort: str, first: tuple[str, float], second: tuple[str, float], kept: bool
) -> None:
    pipeline = Oracle(One=first, Other=second)
    assert (check(Candidate("One?", sort, again="Other?"), pipeline) is not None) == kept


def test_what_was_asked_or_told_is_not_suggested() -> None:
    pipeline = Oracle(
        Who_directed_it=("Ada Quill", 0.95), When_was_it_made=("1961", 0.95), Whose_film_is_it=("American", 0.95)
    )
    suggestions = Suggestions(loaded(pipeline), ["Who directed it?", "When was it made?", "Whose film is it?"])
    asyncio.run(suggestions.wait_for(3, 10))
    assert suggestions.next((), 9) == ["Who directed it?", "When was it made?", "Whose film is it?"]
    assert suggestions.next((), 1) == ["Who directed it?"]
    told = Turn("Tell me of her", pipeline.ask("Who directed it?"))
    asked = Turn("when was it made", notice="Something went wrong.")
    assert suggestions.next((told, asked), 9) == ["Whose film is it?"]


def test_the_same_answer_is_suggested_once() -> None:
    pipeline = Oracle(Who_directed_it=("Ada Quill", 0.95), Who_was_it=("Quill", 0.95))
    suggestions = Suggestions(loaded(pipeline), ["Who directed it?", "Who was it?"])
    asyncio.run(suggestions.wait_for(9, 10))
    assert suggestions.next((), 9) == ["Who directed it?"]


def test_nothing_is_tried_while_somebody_asks() -> None:
    loading: Future = Future()
    pipeline = Oracle(Who_directed_it=("Ada Quill", 0.95))
    suggestions = Suggestions(loading, ["Who directed it?"])
    with suggestions.standing_back():
        loading.set_result(pipeline)
        Event().wait(0.2)
        assert pipeline.asked == []
    asyncio.run(suggestions.wait_for(1, 10))
    assert suggestions.next((), 9) == ["Who directed it?"]


def test_a_load_that_fails_leaves_nothing_to_wait_for() -> None:
    loading: Future = Future()
    suggestions = Suggestions(loading)
    loading.set_exception(RuntimeError("no index here"))
    asyncio.run(suggestions.wait_for(1, 10))
    assert suggestions.next((), 9) == []
