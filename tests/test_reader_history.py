from app.reader.history import with_history


def test_a_question_without_a_history_stays_as_it_is():
    assert with_history("Who wrote it?", []) == "Who wrote it?"


def test_the_latest_turn_comes_first_and_only_two_come_at_all():
    history = [("one?", "1"), ("two?", "2"), ("three?", "")]
    assert with_history("and then?", history) == "and then? | three? | two? 2"


def test_a_long_turn_is_cut_so_that_the_question_keeps_its_room():
    assert len(with_history("why?", [("who?", "word " * 500)]).split()) < 30
