import pytest

from app.answer import Answer, Citation
from app.web.missing import missing
from index.article import parse

ARTICLE = parse("The keeper's boat sank in 1961. Ada Quill wrote the letters.\n", "a.txt")
NEAREST = "The keeper's boat sank in 1961."


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Who painted the lighthouse red?", "The article never mentions “painted”, “lighthouse” or “red”."),
        ("Did the keepers write a novel?", "The article never mentions “novel”."),
        ("Did Ada’s keeper write?", "The nearest passage does not speak of “Ada” or “write”."),
        ("When did the keeper leave?", "The article never mentions “leave”."),
        ("Did she drink?", "The article never mentions “drink”."),
        ("Where did the keeper’s boat sink?", "The nearest passage speaks of it, but does not say where it was."),
        ("Where was the boat of the keeper?", "The nearest passage speaks of it, but does not say where it was."),
        ("Is it?", "The nearest passage speaks of it, but does not say what was asked."),
    ],
)
def test_what_was_missing(question: str, sentence: str) -> None:
    citation = Citation("a.txt", "", 0, len(NEAREST), NEAREST, NEAREST, 0, len(NEAREST))
    assert missing(Answer(False, "", 0.1, question, (citation,)), [ARTICLE]) == sentence


@pytest.mark.parametrize("form", ["leaves", "leaving", "left"])
def test_the_forms_of_a_verb_are_the_same_word(form: str) -> None:
    article = parse(f"The keeper {form} the island.\n", "a.txt")
    citation = Citation("a.txt", "", 0, 10, "The keeper", article.text, 0, len(article.text))
    told = missing(Answer(False, "", 0.1, "Why did the keeper leave?", (citation,)), [article])
    assert told == "The nearest passage speaks of it, but does not say why."
