import pytest

from app.spelling import Spelling
from index.article import parse

TEXT = """The Lantern Keeper is a 1961 film, directed by Ada Quillfeather and scored by Zoë Marchand.

== Plot ==
Tolliver finds the boat of Sera O'Malley. He pays the skipper, whose name is Jon, for the last of the th
"""


@pytest.fixture(scope="module")
def spelling() -> Spelling:
    return Spelling([parse(TEXT, "The_Sunken_Lanthorn.txt")])


@pytest.mark.parametrize(
    "typed, meant",
    [
        ("who is quillfeathr", "who is quillfeather"),
        ("who is quilfeather", "who is quillfeather"),
        ("who is qiullfeather", "who is quillfeather"),
        ("Who is Quillfaether?", "Who is Quillfeather?"),
        ("how did Tolliverr's boat sink", "how did Tolliver's boat sink"),
        ("how did tollivver’s boat sink", "how did tolliver’s boat sink"),
        ("who is zoe marchant", "who is zoe marchand"),
        ("the sunken lantorn", "the sunken lanthorn"),
        ("wich director made it", "which director made it"),
        ("Waht is teh budgett?", "What is the budget?"),
        ("which actres is it", "which actress is it"),
        ("tht is the fim", "that is the film"),
    ],
)
def test_a_slip_is_put_right(spelling: Spelling, typed: str, meant: str) -> None:
    assert spelling.correct(typed) == meant


@pytest.mark.parametrize(
    "question",
    [
        "Who directed The Lantern Keeper?",
        "whos the quillfeathers boss, O’Malley's or o'malleys",
        "couldnt he swim, itll be said",
        "did Spielberg, Streep or Kieslowski direct it",
        "did dench, fincher or wiest act in it",
        "Who is Botilda Krang?",
        "Who is Directer?",
        "who is john",
        "is Cera in it, or mera",
        "btw lol thx abt OST THX",
        "what's the favourite colour of the jeweller",
        "summarise and analyse it",
        "C3PO x 12,5 % <b>&amp;</b> \t où?",
        "¿dónde? どこ 电影",
        "a bc",
        "",
        "tolliverrtolliverrtolliverr",
        "gbarfle zquonk vrimmel plothic kradge snorfel twazzle brimdok tolliverr",
    ],
)
def test_what_is_a_word_or_a_name_stays_letter_for_letter(spelling: Spelling, question: str) -> None:
    assert spelling.correct(question) == question


def test_the_article_decides_what_an_unknown_word_means(spelling: Spelling) -> None:
    other = Spelling([parse("Tolliner lives here.", "Other.txt")])

    assert spelling.correct("tolliser") == "tolliver"
    assert other.correct("tolliser") == "tolliner"
