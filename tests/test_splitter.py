from random import Random

import pytest

from index.article import Article, parse
from index.passage import Passage, in_context
from index.settings import DEFAULT_SOURCE
from index.source import load_articles
from index.splitter import MAX_PASSAGE_WORDS, section_sentences, sentence_spans, split

WORDS = ["a", "Élan", "😀", "Dr.", "U.S.", "e.g.", "3.5", "日本", "O'Brien", "well", "Then", "—", "x" * 40]
ENDS = [". ", "? ", "! ", " ", ".", "...\u00a0"]
LINES = ["", "   ", "== Plot ==", "=== Scene ===", "== Cast =="]


def varied_text(seed: int) -> str:
    """Lines of made-up sentences, long and short, with headings and empty lines among them."""
    random = Random(seed)

    def sentence() -> str:
        return " ".join(random.choices(WORDS, k=random.randint(1, 30))) + random.choice(ENDS)

    def line() -> str:
        paragraph = "".join(sentence() for _ in range(random.randint(1, 8)))
        return paragraph if random.random() < 0.7 else random.choice(LINES)

    return "\n".join(line() for _ in range(random.randint(0, 12)))


def passages_of(article: Article, **settings: int) -> dict[tuple[int, int], list[Passage]]:
    """The passages that lie in each section, by its offsets."""
    passages = split(article, **settings)
    return {
        (section.start, section.end): [p for p in passages if section.start <= p.start and p.end <= section.end]
        for section in article.sections
    }


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(("max_words", "overlap"), [(1, 0), (5, 3), (20, 1), (40, 0), (60, 2)])
def test_passages_cover_every_sentence_and_keep_the_rules(seed: int, max_words: int, overlap: int) -> None:
    article = parse(varied_text(seed), "a.txt")
    by_section = passages_of(article, max_words=max_words, overlap=overlap)
    assert sum(map(len, by_section.values())) == len(split(article, max_words, overlap)), "none crosses sections"
    for section in article.sections:
        sentences = section_sentences(article, section)
        passages = by_section[section.start, section.end]
        held = [[s for s in sentences if p.start <= s[0] and s[1] <= p.end] for p in passages]
        assert {sentence for inside in held for sentence in inside} == set(sentences)
        for passage, inside in zip(passages, held, strict=True):
            assert article.text[passage.start : passage.end] == passage.text
            assert (passage.start, passage.end) == (inside[0][0], inside[-1][1]), "whole sentences"
            assert len(passage.text.split()) <= max_words or len(inside) == 1
            assert passage.section == section.title
        for one, other in zip(held, held[1:]):
            assert other[-1] > one[-1] and other[0] > one[0], "each goes further than the one before"
            assert len(set(one) & set(other)) <= overlap


@pytest.mark.parametrize("seed", range(20))
def test_sentences_hold_everything_but_the_space_between_them(seed: int) -> None:
    text = varied_text(seed)
    spans = sentence_spans(text)
    assert "".join("".join(text[start:end].split()) for start, end in spans) == "".join(text.split())
    assert all(text[start:end] == text[start:end].strip() != "" for start, end in spans)


def test_sentences_do_not_end_at_abbreviations() -> None:
    text = "Dr. Smith went to Washington, D.C. on Monday. He left."
    assert [text[start:end] for start, end in sentence_spans(text)] == [
        "Dr. Smith went to Washington, D.C. on Monday.",
        "He left.",
    ]


def test_neighbours_share_a_sentence() -> None:
    article = parse("One two three. Four five six. Seven eight nine.", "a.txt")
    assert [p.text for p in split(article, max_words=6)] == [
        "One two three. Four five six.",
        "Four five six. Seven eight nine.",
    ]


def test_the_overlap_gives_way_to_a_long_sentence() -> None:
    article = parse("One two. Three four five six seven.", "a.txt")
    assert [p.text for p in split(article, max_words=5)] == ["One two.", "Three four five six seven."]


@pytest.mark.parametrize(("max_words", "overlap"), [(0, 0), (5, -1)])
def test_sizes_that_make_no_sense_are_refused(max_words: int, overlap: int) -> None:
    with pytest.raises(ValueError, match=f"must .*, got {min(max_words, overlap)}"):
        split(parse("One.", "a.txt"), max_words, overlap)


def test_the_shipped_article_keeps_its_broken_last_sentence_and_skips_its_empty_section() -> None:
    [article] = load_articles(DEFAULT_SOURCE)
    passages = split(article)
    assert passages[-1].end == len(article.text.rstrip()) and not passages[-1].text.endswith(".")
    empty = {s.title for s in article.sections if not article.paragraphs(s)}
    assert empty and {p.section for p in passages} == {s.title for s in article.sections} - empty
    assert max(len(p.text.split()) for p in passages) <= MAX_PASSAGE_WORDS


def test_context_puts_the_title_and_the_section_in_front() -> None:
    passages = [Passage("a.txt", "", 0, 4, "Lead"), Passage("a.txt", "Plot › End", 9, 13, "Text")]
    assert in_context(passages, {"a.txt": "A Film"}) == ["A Film. Lead", "A Film. Plot › End. Text"]
