import numpy as np
import pytest
from fakes import FakeEncoder

from index.article import parse
from index.encoder import Encoder
from index.retriever import RRF_K, Retriever
from index.settings import DEFAULT_SOURCE
from index.source import load_articles
from index.store import build_index

TEXT = """== Direction ==
Ada Quill directed the film.
== Music ==
Tomas Reed played the music.
== Setting ==
Everything happens at a lighthouse in Norway.
"""


class BlindEncoder(FakeEncoder):
    """Every text has the same vector, so that only words tell passages apart."""

    def encode(self, texts: list[str], show_progress: bool = False) -> np.ndarray:
        return super().encode([""] * len(texts))


def retriever(*texts: str, encoder: FakeEncoder | None = None) -> Retriever:
    encoder = FakeEncoder() if encoder is None else encoder
    articles = [parse(text, f"film_{number}.txt") for number, text in enumerate(texts)]
    return Retriever(build_index(articles, encoder), encoder)


def sections(found: Retriever, question: str, count: int = 3) -> list[str]:
    return [hit.passage.section for hit in found.retrieve(question, count)]


def test_the_passage_that_shares_the_questions_words_is_first() -> None:
    found = retriever(TEXT)
    assert sections(found, "Who directed it?")[0] == "Direction"
    assert sections(found, "a lighthouse in which country")[0] == "Setting"


def test_lexical_search_matches_stems_and_tells_equal_vectors_apart() -> None:
    found = retriever(TEXT, encoder=BlindEncoder())
    assert sections(found, "Who plays?") == ["Music", "Direction", "Setting"]
    assert sections(found, "happening")[0] == "Setting"


def test_words_of_the_section_and_title_count() -> None:
    found = retriever("Nothing here.\n== Reception ==\nThey liked it.", encoder=BlindEncoder())
    assert sections(found, "reception", 1) == ["Reception"]
    found = retriever("It is long.", "It is short.", encoder=BlindEncoder())
    assert [hit.passage.article for hit in found.retrieve("film 1", 2)] == ["film_0.txt", "film_1.txt"]


def test_scores_are_reciprocal_ranks_summed_over_both_rankings() -> None:
    first, second, third = retriever(TEXT).retrieve("Who played the music?", 3)
    assert first.passage.section == "Music"
    assert first.score == pytest.approx(2 / (RRF_K + 1))
    assert second.score == pytest.approx(1 / (RRF_K + 2)), "no word in common, so a rank by vector alone"
    assert third.score == pytest.approx(1 / (RRF_K + 3))


@pytest.mark.parametrize("question", ["the of and", "xyzzy", "?!", "", "🙂"])
def test_a_question_without_known_words_is_ranked_by_vectors_alone(question: str) -> None:
    hits = retriever(TEXT).retrieve(question, 3)
    assert [hit.score for hit in hits] == pytest.approx([1 / (RRF_K + rank) for rank in (1, 2, 3)])


def test_passages_without_words_can_be_searched() -> None:
    encoder = FakeEncoder()
    found = Retriever(build_index([parse("?!\n== - ==\n…", "-.txt")], encoder), encoder)
    assert len(found.retrieve("Who directed it?", 5)) == 2


def test_no_more_passages_are_given_than_asked_for_or_than_there_are() -> None:
    found = retriever(TEXT)
    assert [len(found.retrieve("music", count)) for count in (1, 3, 100)] == [1, 3, 3]
    with pytest.raises(ValueError, match="count must be at least 1, got 0"):
        found.retrieve("music", 0)


def test_equals_keep_the_articles_order() -> None:
    found = retriever("== A ==\nSame.\n== B ==\nSame.\n== C ==\nSame.", encoder=BlindEncoder())
    assert [sections(found, question) for question in ("same", "other", "same")] == [["A", "B", "C"]] * 3


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    retriever(TEXT).retrieve("Who played the music?", 2)
    assert capfd.readouterr() == ("", "")


def test_the_model_finds_the_passage_of_the_shipped_article_that_answers() -> None:
    encoder = Encoder()
    found = Retriever(build_index(load_articles(DEFAULT_SOURCE), encoder), encoder)
    [best] = found.retrieve("Which hotel do the students wait at?", 1)
    assert "Excalibur Hotel and Casino" in best.passage.text
