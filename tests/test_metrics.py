import pytest

from app.reader.metrics import Prediction, best_f1, exact_match, f1, summarise


def test_case_punctuation_and_articles_do_not_count():
    assert exact_match("The Night-Train!", ["a nighttrain"]) == 1.0
    assert exact_match("night train", ["nighttrain"]) == 0.0


def test_f1_takes_the_closest_gold_answer():
    assert f1("in the old mill", ["a farm", "the mill"]) == pytest.approx(0.5)


def test_f1_counts_repeated_words_once_each():
    assert f1("mill mill", ["mill"]) == pytest.approx(2 / 3)


def test_no_answer_is_matched_by_an_empty_text_alone():
    assert f1("", []) == 1.0
    assert f1("mill", []) == 0.0


PREDICTIONS = [
    Prediction("mill", 0.9, ("mill",)),
    Prediction("barn", 0.6, ("mill",)),
    Prediction("mill", 0.4, ("mill",)),
    Prediction("mill", 0.3, ()),
]


def test_predictions_below_the_threshold_count_as_refusals():
    figures = summarise(PREDICTIONS, threshold=0.5)
    assert figures == {
        "questions": 4,
        "exact_match": 50.0,
        "f1": 50.0,
        "has_answer_exact_match": 33.33,
        "has_answer_f1": 33.33,
        "has_answer_f1_unrefused": 66.67,
        "no_answer_accuracy": 100.0,
    }


def test_the_best_threshold_answers_all_that_pays():
    score, threshold = best_f1(PREDICTIONS)
    assert score == pytest.approx(75.0)
    assert threshold == 0.4
    assert summarise(PREDICTIONS, threshold)["f1"] == 75.0


def test_the_best_threshold_may_refuse_everything():
    score, threshold = best_f1([Prediction("barn", 0.9, ()), Prediction("barn", 0.8, ("mill",))])
    assert (score, threshold) == (50.0, 1.0)
