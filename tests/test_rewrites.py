"""The ways to complete a follow-up, before the article chooses."""

import pytest

from app.cast import Cast
from app.rewrites import BIAS, MAX_REWRITES, rewrites
from index.article import parse

ARTICLE = parse(
    "The Salt Mill is a film by Ada Quill and Mary Moss. Ned Falk plays the miller.\n\n"
    "== Plot ==\nGreta Reed finds a brass key, and she hides it. Tom Reed laughs when he sees the key. Ida Lamb waits.",
    "salt_mill.txt",
)
CAST = Cast([ARTICLE])


def ways(question, *history):
    return {(way.kind, way.text) for way in rewrites(question, history, ARTICLE.title, CAST)}


@pytest.mark.parametrize("question", ["who composed the score", "What does the miller hide?", "does tom reed laugh"])
def test_a_question_that_stands_alone_has_one_way(question):
    assert ways(question, ("Who made it?", "Ada Quill and Mary Moss")) == {("rule", question)}


@pytest.mark.parametrize("question", ["where was she born", "and in Rome?", "why?"])
def test_without_history_there_is_one_way(question):
    assert ways(question) == {("rule", question)}


def test_a_pronoun_may_mean_others_that_the_history_names():
    found = ways("where was she born", ("Who made it?", "Ada Quill and Mary Moss"))
    assert ("rule", "where was Ada Quill born") in found
    assert ("person", "where was Mary Moss born") in found


def test_people_beside_the_cited_words_may_be_meant_those_of_the_pronouns_gender_first():
    history = [("Is a key found?", "a brass key"), ("Does anybody laugh?", "laughs when")]
    ordered = [way.text for way in rewrites("where does he live", history, ARTICLE.title, CAST)]
    assert ordered.index("where does Tom Reed live") < ordered.index("where does Greta Reed live")
    ordered = [way.text for way in rewrites("where does she live", history, ARTICLE.title, CAST)]
    assert ordered.index("where does Greta Reed live") < ordered.index("where does Tom Reed live")


def test_what_a_pronoun_stands_for_may_be_the_last_answer():
    history = ("Did she hide something?", "a brass key")
    assert ("thing", "who made a brass key") in ways("who made that", history)


def test_a_name_alone_asks_the_last_question_about_itself():
    found = ways("ida lamb?", ("Why does Greta wait?", ""))
    assert ("rule", "Why does ida lamb wait?") in found


def test_a_fragment_may_be_put_behind_the_last_question():
    history = ("How long did they train?", "a year")
    assert ("appended", "How long did they train the dog") in ways("and the dog", history)


def test_there_are_never_more_than_can_be_read_and_none_twice():
    found = rewrites(
        "what does she say", [("Who is in it?", "Ada Quill, Mary Moss, Greta Reed and Ida Lamb")], "", CAST
    )
    assert len(found) == MAX_REWRITES == len({way.text for way in found})
    assert all(way.bias == BIAS[way.kind] for way in found)
