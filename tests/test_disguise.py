import random

from app.reader.disguise import Disguise
from app.reader.records import Example

ARTICLES = [
    "The Salt Mill is a film by Ada Quill, made in 1931 for $4,500 in Ely. Quill shot it in 47 days with Otto Brand.",
    "Winter Quay was written by Ines Molder and stars Pavel Strand. In Hull, he learned the 63 songs for it by May 12.",
]


def disguised(question: str, context: str, answer: str | None = None) -> list[Example]:
    place = (None, None) if answer is None else (context.index(answer), context.index(answer) + len(answer))
    rng = random.Random(5)
    return [Disguise(ARTICLES).apply(Example(question, context, *place), rng) for _ in range(40)]


def test_the_answer_stays_at_its_offsets_when_names_before_it_change_length():
    for example in disguised("Who starred?", ARTICLES[0], "Otto Brand"):
        given, family = example.context[example.start : example.end].split()
        assert f"with {given} {family}." in example.context


def test_a_name_is_the_same_other_name_in_question_and_context_whatever_its_case():
    changed = 0
    for example in disguised("did quill shoot it", ARTICLES[0]):
        name = example.question.split()[1]
        assert f"{name.capitalize()} shot it" in example.context
        changed += name != "quill"
    assert changed > 10


def test_years_and_large_numbers_change_and_days_and_sums_with_commas_do_not():
    examples = disguised("How many songs?", ARTICLES[1])
    assert len({example.context.split(" songs")[0].split()[-1] for example in examples}) > 10
    assert all("by May 12." in example.context for example in examples)
    years = {example.context.split("made in ")[1][:4] for example in disguised("When?", ARTICLES[0])}
    assert len(years) > 5
    assert all(1922 <= int(year) <= 1940 for year in years)
    assert all("$4,500" in example.context for example in disguised("When?", ARTICLES[0]))


def test_places_and_plain_words_stay():
    for example in disguised("Where was the film shot?", ARTICLES[0]):
        assert example.question == "Where was the film shot?"
        assert "in Ely" in example.context
        assert "is a film by" in example.context
