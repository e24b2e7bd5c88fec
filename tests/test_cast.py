from app.cast import Cast
from index.article import parse

ARTICLE = parse(
    "The Salt Mill is a film by Ada Quill. The actress Íris Falk plays Greta. Shooting began in Ely.\n\n"
    "== Plot ==\nTom Reed hides a letter. He tells nobody. Greta laughs when she meets his uncle Emil Reed. "
    "The shooting of a hare ends it.",
    "salt_mill.txt",
)
CAST = Cast([ARTICLE])


def test_people_are_known_in_full_and_once():
    assert {"Ada Quill", "Íris Falk", "Greta", "Tom Reed", "Emil Reed"} <= {*CAST.names}
    assert not {"Quill", "Falk"} & {*CAST.names}


def test_a_word_that_the_article_also_has_in_lower_case_is_no_name():
    assert "Shooting" not in CAST.names


def test_names_are_found_in_lower_case_and_without_accents():
    assert CAST.named("what did iris say to quill") == ["Íris Falk", "Ada Quill"]


def test_of_two_with_one_surname_the_first_name_decides():
    assert CAST.named("where does emil reed live") == ["Emil Reed"]


def test_a_common_word_names_nobody():
    assert CAST.named("who wrote the letter and when") == []


def test_he_and_she_after_a_name_tell_the_gender():
    assert (CAST.gender["Tom Reed"], CAST.gender["Greta"], CAST.gender["Íris Falk"]) == ("m", "f", "f")
    assert "Ada Quill" not in CAST.gender
