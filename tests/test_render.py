import re
from html import unescape

import pytest

from app.answer import Answer, Citation
from app.web.history import Turn
from app.web.panel import render_article
from app.web.render import render_conversation, render_header, render_ideas, render_status, sureness
from index.article import Article, parse

HOSTILE = "<img src=x onerror=\"alert('1')\"> & **bold**"
TEXT = """The Lantern Keeper is a film.

== Plot ==
A boat comes. It carries Ada Quill and a cat.
It leaves at dawn.

== Cast ==

== Production ==

=== Music ===
Tomas Reed played."""
ARTICLE = parse(TEXT, "The_Lantern_Keeper.txt")


def cite(words: str, quote: str, section: str = "Plot", article: Article = ARTICLE) -> Citation:
    start, quote_start = article.text.index(words), article.text.index(quote)
    return Citation(
        article.name, section, start, start + len(words), words, quote, quote_start, quote_start + len(quote)
    )


def answered(*citations: Citation, probability: float = 0.95, standalone: str = "Who comes?") -> Answer:
    return Answer(True, ", ".join(citation.text for citation in citations), probability, standalone, citations)


def refused(quote: str) -> Answer:
    return Answer(False, "", 0.1, "Who comes?", (cite(quote, quote),))


def conversation(answer: Answer, question: str = "Who comes?") -> str:
    return render_conversation([Turn(question, answer)], [ARTICLE])


def marks(html: str) -> list[str]:
    return [unescape(words) for words in re.findall(r"<mark[^>]*>(.*?)</mark>", html)]


def visible_text(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html))


ADA = cite("Ada Quill", "It carries Ada Quill and a cat.")
TOMAS = cite("Tomas Reed", "Tomas Reed played.", "Production › Music")


def test_an_answer_shows_its_words_and_marks_exactly_them_in_the_quote() -> None:
    html = conversation(answered(ADA))
    assert re.search(r'<p class="words">Ada Quill<button [^>]*data-number="1"', html)
    assert marks(html) == ["Ada Quill"]
    assert "It carries Ada Quill and a cat." in visible_text(html)
    assert "Plot" in visible_text(html)


@pytest.mark.parametrize(
    ("probability", "words"),
    [(1.0, "Very sure"), (0.9, "Very sure"), (0.89, "Fairly sure"), (0.7, "Fairly sure"), (0.69, "Not quite sure")],
)
def test_sureness_in_words(probability: float, words: str) -> None:
    assert sureness(probability) == words
    assert words in conversation(answered(ADA, probability=probability))


def test_the_number_behind_the_words_is_never_rounded_up() -> None:
    assert "99 %" in conversation(answered(ADA, probability=0.999))


def test_citations_are_numbered_in_the_answer_beside_the_quotes_and_in_the_article() -> None:
    answer = answered(ADA, TOMAS)
    said = re.search(r'<p class="words">(.*?)</p>', conversation(answer)).group(1)
    assert re.sub(r'<button [^>]*data-number="(\d)"[^>]*></button>', r"[\1]", said) == "Ada Quill[1], Tomas Reed[2]"
    quotes = re.findall(r'<li data-number="(\d)"><blockquote>(?:<mark>)?(\w+)', conversation(answer))
    assert quotes == [("1", "It"), ("2", "Tomas")]
    html = render_article(ARTICLE, answer)
    assert re.findall(r'data-number="(\d)"[^>]*>([^<]*)', html) == [("1", "Ada Quill"), ("2", "Tomas Reed")]


def test_a_refusal_says_so_and_labels_the_nearest_passage() -> None:
    html = conversation(refused("It leaves at dawn."))
    assert "The article does not say." in html
    assert "does not answer the question" in html
    assert "It leaves at dawn." in html
    assert not marks(html)
    assert '<mark class="nearest"' in render_article(ARTICLE, refused("It leaves at dawn."))


def test_an_overview_is_its_quotes_and_chat_is_its_words() -> None:
    whole = [cite(quote, quote) for quote in ("A boat comes.", "It leaves at dawn.")]
    text = "A boat comes. It leaves at dawn."
    overview = conversation(Answer(True, text, 0.9, "Who comes?", tuple(whole), "overview"))
    assert re.findall("<blockquote>(.*?)</blockquote>", overview) == ["A boat comes.", "It leaves at dawn."]
    assert 'class="words"' not in overview
    chat = conversation(Answer(False, "Hello & welcome.", 0.0, "Who comes?", (), "chat"))
    assert "Hello & welcome." in visible_text(chat)
    assert "does not say" not in chat


def test_an_answer_from_the_plot_can_be_veiled_and_no_other() -> None:
    assert 'class="reply spoiler"' in conversation(answered(ADA))
    assert 'class="veil"' in conversation(refused("It leaves at dawn."))
    assert 'class="veil"' not in conversation(answered(TOMAS))
    plot = re.search(r'<div class="veiled plot">(.*?)</div>', render_article(ARTICLE)).group(1)
    assert visible_text(plot) == "A boat comes. It carries Ada Quill and a cat.It leaves at dawn."


@pytest.mark.parametrize("question", ["Who comes?", "  who   COMES? "])
def test_the_standalone_question_is_not_repeated(question: str) -> None:
    assert "Read as" not in conversation(answered(ADA), question)


def test_a_question_that_was_read_differently_is_shown_as_it_was_read() -> None:
    html = conversation(answered(ADA), "Who is it?")
    assert re.search("Read as:.*<textarea[^>]*>Who comes[?]</textarea>", html)


def test_a_turn_without_an_answer_shows_its_notice() -> None:
    assert "Reading the article…" in render_conversation([Turn("Who?", notice="Reading the article…")], [])


def test_the_article_is_whole_and_in_order() -> None:
    text = visible_text(render_article(ARTICLE))
    wanted = [
        "The Lantern Keeper is a film.",
        "Plot",
        "A boat comes.",
        "It leaves at dawn.",
        "Cast",
        "Music",
        "Tomas Reed",
    ]
    places = [text.index(words) for words in wanted]
    assert places == sorted(places)


def test_headings_go_one_level_down_with_each_section() -> None:
    html = render_article(ARTICLE)
    assert "<h2>The Lantern Keeper</h2>" in html
    assert "<h3>Production</h3>" in html
    assert "<h4>Music</h4>" in html


def test_only_the_empty_section_without_subsections_is_called_empty() -> None:
    html = render_article(ARTICLE)
    assert re.findall(r"<h3>(\w+)</h3><p class=\"source-note\">This section is empty in the source.", html) == ["Cast"]
    assert html.count("This section is empty in the source.") == 1


@pytest.mark.parametrize("ending", ["played.", "played?", 'played."', "played (twice.)"])
def test_a_whole_last_sentence_is_not_called_broken_off(ending: str) -> None:
    assert "ends here" not in render_article(parse(f"Tomas Reed {ending}\n", "a.txt"))


def test_a_text_that_breaks_off_says_so() -> None:
    assert "The source text ends here." in render_article(
        parse("Tomas Reed played. It's not a coincidence th", "a.txt")
    )


def test_the_shown_citation_is_the_one_to_scroll_to() -> None:
    html = render_article(ARTICLE, answered(TOMAS, ADA), shown=1)
    assert re.findall(r'aria-current="true">([^<]*)', html) == ["Ada Quill"]


def test_a_mark_over_two_paragraphs_is_closed_in_each() -> None:
    passage = "It carries Ada Quill and a cat.\nIt leaves at dawn."
    html = render_article(ARTICLE, refused(passage))
    assert marks(html) == passage.split("\n")
    assert html.count("<mark") == html.count("</mark>") == 2


def test_overlapping_citations_mark_every_character_once() -> None:
    quote = "It carries Ada Quill and a cat."
    html = render_article(ARTICLE, answered(cite("Ada Quill", quote), cite("Quill and a cat", quote)))
    assert marks(html) == ["Ada Quill", " and a cat"]
    assert quote in visible_text(html)


def test_citations_of_another_article_are_not_marked() -> None:
    other = parse("Ada Quill was born here.", "Ada_Quill.txt")
    assert marks(render_article(other, answered(ADA))) == []
    assert "The Lantern Keeper › Plot" in render_conversation([Turn("Who?", answered(ADA))], [other, ARTICLE])


def test_every_text_is_escaped() -> None:
    article = parse(f"{HOSTILE}\n\n== {HOSTILE} ==\n{HOSTILE}", f"{HOSTILE}.txt")
    citation = Citation(article.name, HOSTILE, 0, len(HOSTILE), HOSTILE, HOSTILE, 0, len(HOSTILE))
    turns = [Turn(HOSTILE, Answer(done, HOSTILE, 0.5, f"{HOSTILE}?", (citation,))) for done in (True, False)]
    pieces = [
        render_header(HOSTILE, HOSTILE),
        render_ideas([HOSTILE], True),
        render_status(HOSTILE, "failed"),
        render_conversation([*turns, Turn(HOSTILE, notice=HOSTILE)], [article, ARTICLE]),
        render_article(article, turns[0].answer),
    ]
    for html in pieces:
        assert "<img" not in html
        assert HOSTILE in visible_text(html)
