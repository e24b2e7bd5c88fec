import pytest

from index.article import parse

TEXT = """The lead has one line.

== Plot ==
It begins.
  It ends.

== Cast ==

== Production ==
Before.

=== Music ===
It was played.

== Reception ==
They liked it.
"""


def bodies(text: str) -> dict[str, str]:
    return {section.title: text[section.start : section.end].strip() for section in parse(text, "a.txt").sections}


def test_headings_divide_the_text_into_sections() -> None:
    assert bodies(TEXT) == {
        "": "The lead has one line.",
        "Plot": "It begins.\n  It ends.",
        "Cast": "",
        "Production": "Before.",
        "Production › Music": "It was played.",
        "Reception": "They liked it.",
    }


def test_sections_and_heading_lines_together_are_the_whole_text() -> None:
    sections = parse(TEXT, "a.txt").sections
    between = [TEXT[one.end : other.start] for one, other in zip(sections, sections[1:])]
    assert (sections[0].start, sections[-1].end) == (0, len(TEXT))
    assert all(line.startswith("==") and line.endswith("==") and "\n" not in line for line in between)


def test_a_text_without_headings_is_all_lead() -> None:
    assert bodies("One.\nTwo.") == {"": "One.\nTwo."}


def test_a_deeper_heading_without_one_above_stands_by_itself() -> None:
    assert bodies("=== Deep ===\nHere.\n== Flat ==\nThere.") == {"": "", "Deep": "Here.", "Flat": "There."}


@pytest.mark.parametrize(
    "line", ["= One =", "==========", "== Unclosed", "a == b == c", "== Two === ", "======= Seven ======="]
)
def test_a_line_that_is_no_heading_is_text(line: str) -> None:
    assert bodies(f"Before.\n{line}\nAfter.") == {"": f"Before.\n{line}\nAfter."}


@pytest.mark.parametrize("line", ["==Plot==", "== Plot == ", "==\tPlot  =="])
def test_space_around_a_heading_is_not_part_of_it(line: str) -> None:
    assert bodies(f"{line}\nText.") == {"": "", "Plot": "Text."}


def test_paragraphs_are_lines_of_text_without_the_space_around_them() -> None:
    article = parse(TEXT, "a.txt")
    plot, cast = article.sections[1:3]
    assert [article.text[start:end] for start, end in article.paragraphs(plot)] == ["It begins.", "It ends."]
    assert article.paragraphs(cast) == []


@pytest.mark.parametrize(
    ("name", "text", "title"),
    [
        ("the_third_man.txt", "The Third Man is a film.", "The Third Man"),
        ("the_third_man.txt", "\n  THE THIRD MAN\n", "THE THIRD MAN"),
        ("notes.txt", "The Third Man is a film.", "notes"),
        ("Brief Encounter.txt", "A film of 1945.", "Brief Encounter"),
    ],
)
def test_the_title_is_the_files_name_as_the_opening_spells_it(name: str, text: str, title: str) -> None:
    assert parse(text, name).title == title
