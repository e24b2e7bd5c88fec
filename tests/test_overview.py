from fakes import FakeEncoder

from app.overview import about, after, ending, plot
from index.article import parse

TOLD = " ".join(f"The miller counts sack {number}." for number in range(1, 9))
MILL = parse(
    "The Salt Mill is a 1931 film. It was shot in Ely. It stars Ned Moss. It is short.\n\n"
    f"== Plot ==\nA miller hides a letter. {TOLD} She burns the letter. The wheel stops.\n\n"
    "== Release ==\nIt opened in May. It closed in June. Nobody came.",
    "salt_mill.txt",
)
BARE = parse("== Release ==\nIt opened in May.", "bare.txt")


def texts(article, places):
    return [article.text[start:end] for _, start, end in places]


def test_about_is_the_opening_in_order():
    assert texts(MILL, about(MILL)) == ["The Salt Mill is a 1931 film.", "It was shot in Ely.", "It stars Ned Moss."]


def test_about_an_article_without_a_lead_is_its_first_section():
    assert texts(BARE, about(BARE)) == ["It opened in May."]


def test_plot_has_the_first_and_last_sentence_and_central_ones_in_order():
    places = plot(MILL, FakeEncoder())
    told = texts(MILL, places)
    assert (told[0], told[-1]) == ("A miller hides a letter.", "The wheel stops.")
    assert all(sentence.startswith("The miller counts sack") for sentence in told[1:-1])
    assert [start for _, start, _ in places] == sorted(start for _, start, _ in places)


def test_ending_is_the_last_sentences_of_the_story():
    assert texts(MILL, ending(MILL)) == ["She burns the letter.", "The wheel stops."]


def test_a_storys_own_story_is_not_the_plot():
    made = parse(f"{MILL.text}\n\n== Production ==\n\n=== Story ===\nQuill found it in a diary.", "mill.txt")
    assert texts(made, ending(made)) == texts(MILL, ending(MILL))


def test_without_a_story_there_is_neither_plot_nor_ending():
    assert (plot(BARE, FakeEncoder()), ending(BARE)) == ([], [])


def test_after_a_place_come_the_next_sentences_of_its_section_only():
    assert texts(MILL, after(MILL, MILL.text.index("opened"))) == ["It closed in June.", "Nobody came."]
    assert after(MILL, MILL.text.index("came")) == []
