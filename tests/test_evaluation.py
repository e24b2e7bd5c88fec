"""The ways to ask a file's questions: roughly, of whole articles, of another article."""

from app.evaluation import of_another_article, of_whole_articles, typed_roughly
from app.reader.records import Gold, Record


def record(group: str, question: str, context: str, answer: str = "") -> Record:
    golds = (Gold(answer, context.index(answer)),) if answer else ()
    return Record(f"{group}/{question}", "test", group, question, context, golds, question, ())


MILL = [
    record("mill", "Who kept it?", "Ada kept a mill.", "Ada"),
    record("mill", "Who sold Ada's mill?", "Ben sold it.", "Ben"),
    record("mill", "When?", "Ada kept a mill."),
]
SHIP = [record("ship", "Who sailed?", "Cleo sailed away.", "Cleo")]


def test_a_rough_question_has_no_capitals_and_no_marks_and_one_slip():
    (_, rough, _) = typed_roughly(MILL)
    assert rough.typed == rough.typed.lower() and not set("?'") & set(rough.typed)
    assert sum(a != b for a, b in zip(rough.typed.split(), ["who", "sold", "adas", "mill"])) == 1
    assert rough.golds == MILL[1].golds and typed_roughly(MILL) == typed_roughly(MILL)


def test_a_whole_article_holds_each_context_once_and_every_answer_where_it_says():
    whole = of_whole_articles([SHIP[0], *MILL])
    assert [each.context for each in whole[:3]] == ["Ada kept a mill.\nBen sold it."] * 3
    for each in whole:
        assert [each.context[gold.start : gold.end] for gold in each.golds] == [gold.text for gold in each.golds]
    assert [len(each.golds) for each in whole] == [1, 1, 0, 1]


def test_another_article_is_the_next_groups_and_answers_nothing():
    moved = of_another_article([*MILL, *SHIP])
    assert [each.context for each in moved] == ["Cleo sailed away."] * 3 + [MILL[2].context]
    assert not any(each.golds for each in moved)
