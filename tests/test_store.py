from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from fakes import FakeEncoder
from store_files import NEW, OLD, assert_right, read_manifest, texts_embedded

from index.article import parse
from index.store import StoreError, build_index, open_index


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "the_lantern_keeper.txt"
    path.write_text(OLD)
    return path


@pytest.fixture
def index_dir(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "indexes"


# What an index is


def test_an_index_holds_every_passage_with_a_unit_vector_of_it_in_context() -> None:
    index = build_index([parse(OLD, "the_lantern_keeper.txt")], FakeEncoder())
    assert_right(index)
    assert index.vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(index.vectors, axis=1), 1, rtol=1e-6)


def test_search_ranks_by_inner_product() -> None:
    encoder = FakeEncoder()
    index = build_index([parse(OLD, "the_lantern_keeper.txt")], encoder)
    [vector] = encoder.encode(["music in Norway"])
    hits = index.search(vector, 2)
    products = index.vectors @ vector
    assert [row for row, _ in hits] == np.argsort(-products)[:2].tolist()
    np.testing.assert_allclose([product for _, product in hits], sorted(products, reverse=True)[:2], rtol=1e-6)
    assert len(index.search(vector, 100)) == len(index.passages)


def test_equal_passages_are_found_in_their_order() -> None:
    index = build_index([parse("== A ==\nSame.\n== A ==\nSame.\n== A ==\nSame.", "a.txt")], FakeEncoder())
    assert [row for row, _ in index.search(index.vectors[0], 3)] == [0, 1, 2]


def test_an_article_is_found_by_its_name() -> None:
    articles = [parse("One.", "a.txt"), parse("Two.", "b.txt")]
    index = build_index(articles, FakeEncoder())
    assert index.article("b.txt") is articles[1]
    with pytest.raises(KeyError, match="no article is called 'c.txt'"):
        index.article("c.txt")


def test_an_article_without_sentences_is_no_trouble_beside_another() -> None:
    index = build_index([parse("== Cast ==\n", "a.txt"), parse("Two.", "b.txt")], FakeEncoder())
    assert [passage.article for passage in index.passages] == ["b.txt"]
    assert [article.name for article in index.articles] == ["a.txt", "b.txt"]


def test_articles_without_any_sentence_are_refused() -> None:
    with pytest.raises(StoreError, match="no sentence to search in a.txt, b.txt; write "):
        build_index([parse("== Cast ==", "a.txt"), parse("== Plot ==", "b.txt")], FakeEncoder())


@pytest.mark.parametrize("spoil", [lambda v: v * np.nan, lambda v: v * 2, lambda v: v[:, :-1]])
def test_an_encoder_that_breaks_its_promise_is_refused(spoil: Callable[[np.ndarray], np.ndarray]) -> None:
    class BrokenEncoder(FakeEncoder):
        def encode(self, texts: list[str], show_progress: bool = False) -> np.ndarray:
            return spoil(super().encode(texts))

    with pytest.raises(StoreError, match="fake-bag-of-words gave vectors that cannot be searched"):
        build_index([parse(OLD, "a.txt")], BrokenEncoder())


# What is kept between runs


def test_a_stored_index_is_opened_without_embedding(source: Path, index_dir: Path) -> None:
    built = open_index(source, index_dir, FakeEncoder())
    encoder = FakeEncoder()
    loaded = open_index(source, index_dir, encoder)
    assert encoder.encoded == []
    assert (loaded.articles, loaded.passages) == (built.articles, built.passages)
    np.testing.assert_array_equal(loaded.vectors, built.vectors)
    [vector] = encoder.encode(["a boat at night"])
    assert loaded.search(vector, 3) == built.search(vector, 3)


def test_the_manifest_says_what_the_index_was_made_from(source: Path, index_dir: Path) -> None:
    open_index(source, index_dir, FakeEncoder())
    manifest = read_manifest(source, index_dir)
    assert manifest["recipe"]["model"] == FakeEncoder.name
    assert manifest["recipe"]["weights_sha256"] == FakeEncoder.weights_sha256
    assert manifest["recipe"]["dimension"] == FakeEncoder.dimension
    assert [(a["name"], a["title"]) for a in manifest["articles"]] == [(source.name, "The Lantern Keeper")]


def test_a_changed_article_is_noticed_and_only_its_new_passages_are_embedded(source: Path, index_dir: Path) -> None:
    open_index(source, index_dir, FakeEncoder())
    source.write_text(NEW)
    encoder = FakeEncoder()
    index = open_index(source, index_dir, encoder)
    assert_right(index)
    assert encoder.encoded == ["The Lantern Keeper. Plot. A boat comes at night. It carries a dog and a letter."]
    assert texts_embedded(source, index_dir) == []


def test_a_shortened_article_needs_no_embedding(source: Path, index_dir: Path) -> None:
    open_index(source, index_dir, FakeEncoder())
    source.write_text(OLD[: OLD.index("== Production")])
    encoder = FakeEncoder()
    assert_right(open_index(source, index_dir, encoder))
    assert encoder.encoded == []


def test_an_article_added_to_a_folder_is_the_only_one_embedded(tmp_path: Path, index_dir: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "b.txt").write_text(OLD)
    open_index(folder, index_dir, FakeEncoder())
    (folder / "another_film.txt").write_text("It is short.")
    encoder = FakeEncoder()
    assert_right(open_index(folder, index_dir, encoder))
    assert encoder.encoded == ["another film. It is short."]


def test_a_new_title_embeds_its_passages_again(tmp_path: Path, index_dir: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "old_name.txt").write_text(OLD)
    count_all = len(open_index(folder, index_dir, FakeEncoder()).passages)
    (folder / "old_name.txt").rename(folder / "new_name.txt")
    assert len(texts_embedded(folder, index_dir)) == count_all


def test_sources_do_not_evict_each_other(source: Path, tmp_path: Path, index_dir: Path) -> None:
    other = tmp_path / "elsewhere" / source.name
    other.parent.mkdir()
    other.write_text(NEW)
    for path in (source, other):
        open_index(path, index_dir, FakeEncoder())
    assert [texts_embedded(path, index_dir) for path in (source, other)] == [[], []]


def test_another_way_to_write_the_same_path_finds_the_same_index(
    source: Path, index_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_index(source, index_dir, FakeEncoder())
    monkeypatch.chdir(source.parent)
    assert texts_embedded(Path(source.name), index_dir) == []


@pytest.mark.parametrize(
    ("attribute", "value"), [("name", "another model"), ("weights_sha256", "other weights"), ("dimension", 64)]
)
def test_another_model_builds_its_own_vectors(
    source: Path, index_dir: Path, caplog: pytest.LogCaptureFixture, attribute: str, value: str | int
) -> None:
    built = open_index(source, index_dir, FakeEncoder())
    other = FakeEncoder()
    setattr(other, attribute, value)
    index = open_index(source, index_dir, other)
    assert len(other.encoded) == len(built.passages)
    assert index.vectors.shape[1] == other.dimension
    assert str(value) in caplog.text
