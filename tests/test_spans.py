import numpy as np
import pytest

from app.reader.spans import NO_ANSWER, best_spans


def planted(*windows: dict[str, dict[int, float]], tokens: int = 12) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Logits of zero but where planted: {"start": {token: logit}, "end": {token: logit}}; one sentence is 4 to 10."""
    starts, ends = np.zeros((len(windows), tokens)), np.zeros((len(windows), tokens))
    for row, window in enumerate(windows):
        for token, logit in window.get("start", {}).items():
            starts[row, token] = logit
        for token, logit in window.get("end", {}).items():
            ends[row, token] = logit
    segments = np.full((len(windows), tokens), NO_ANSWER)
    segments[:, 4:11] = 0
    return starts, ends, segments


def test_the_best_span_joins_the_planted_start_and_end():
    best = best_spans(*planted({"start": {5: 6.0}, "end": {7: 4.0}}))[0]
    assert (best.first, best.last) == (5, 7)
    assert best.score == pytest.approx(10.0)


def test_an_end_before_the_start_is_never_taken_though_each_is_the_best_alone():
    best = best_spans(*planted({"start": {8: 6.0, 4: 3.0}, "end": {5: 6.0, 9: 2.0}}))[0]
    assert (best.first, best.last) == (4, 5)


def test_a_span_is_at_most_max_tokens_long():
    best = best_spans(*planted({"start": {4: 5.0}, "end": {10: 5.0, 6: 1.0}}), max_tokens=3)[0]
    assert best.last - best.first + 1 <= 3
    assert (best.first, best.last) == (4, 6)


def test_a_span_never_runs_over_the_end_of_a_sentence():
    starts, ends, segments = planted({"start": {5: 6.0, 8: 1.0}, "end": {9: 6.0, 6: 2.0}})
    segments[:, 8:11] = 1
    best = best_spans(starts, ends, segments)[0]
    assert (best.first, best.last) == (5, 6)


def test_words_outside_the_context_are_never_an_answer():
    spans = best_spans(*planted({"start": {1: 9.0, 6: 1.0}, "end": {2: 9.0, 6: 1.0}}))
    assert all(4 <= span.first <= span.last <= 10 for span in spans)
    assert (spans[0].first, spans[0].last) == (6, 6)


def test_the_score_is_against_the_null_score_of_the_same_window():
    sure = {"start": {0: -2.0, 5: 3.0}, "end": {0: -2.0, 5: 3.0}}
    unsure = {"start": {0: 4.0, 6: 5.0}, "end": {0: 4.0, 6: 5.0}}
    spans = best_spans(*planted(unsure, sure), count=1)
    assert [(span.window, span.score) for span in spans] == [(1, pytest.approx(10.0)), (0, pytest.approx(2.0))]


def test_the_log_probability_is_that_of_start_times_end_over_context_and_null():
    best = best_spans(*planted({"start": {5: 2.0}, "end": {5: 3.0}}))[0]
    # Seven context tokens and [CLS]: one planted logit among seven zeros.
    expected = 2.0 - np.log(np.exp(2.0) + 7) + 3.0 - np.log(np.exp(3.0) + 7)
    assert best.log_probability == pytest.approx(expected)


def test_further_spans_of_a_window_do_not_overlap_the_better_ones():
    spans = best_spans(*planted({"start": {5: 6.0, 9: 4.0}, "end": {7: 6.0, 10: 4.0}}), count=3)
    taken = [set(range(span.first, span.last + 1)) for span in spans]
    assert (spans[1].first, spans[1].last) == (9, 10)
    assert all(not a & b for i, a in enumerate(taken) for b in taken[i + 1 :])


def test_a_window_without_context_gives_no_span():
    starts, ends, segments = planted({"start": {5: 6.0}, "end": {5: 6.0}})
    assert best_spans(starts, ends, np.full_like(segments, NO_ANSWER)) == []


def test_shapes_that_disagree_are_named():
    starts, ends, segments = planted({})
    with pytest.raises(ValueError, match=r"\(1, 12\), \(1, 11\)"):
        best_spans(starts, ends[:, :-1], segments)
