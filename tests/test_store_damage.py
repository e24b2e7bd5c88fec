"""What is damaged is noticed and never served."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import faiss
import numpy as np
import pytest
from fakes import FakeEncoder
from store_files import (
    FILES,
    NEW,
    OLD,
    assert_right,
    forge,
    read_manifest,
    stored,
    texts_embedded,
    write_manifest,
)

from index.store import MANIFEST, PASSAGES, VECTORS, index_folder, open_index


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "the_lantern_keeper.txt"
    path.write_text(OLD)
    return path


@pytest.fixture
def index_dir(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "indexes"


def truncate(data: bytes) -> bytes:
    return data[: len(data) // 2]


def flip(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 0x80]) + data[middle + 1 :]


def empty(_: bytes) -> bytes:
    return b""


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", [truncate, flip, empty, None])
def test_a_damaged_file_is_noticed_and_the_index_built_anew(
    source: Path,
    index_dir: Path,
    caplog: pytest.LogCaptureFixture,
    name: str,
    damage: Callable[[bytes], bytes] | None,
) -> None:
    built = open_index(source, index_dir, FakeEncoder())
    path = stored(source, index_dir, name)
    if damage is None and name == MANIFEST:
        path.write_text("[]")
    elif damage is None:
        path.unlink()
    else:
        path.write_bytes(damage(path.read_bytes()))
    encoder = FakeEncoder()
    assert_right(open_index(source, index_dir, encoder))
    assert len(encoder.encoded) == len(built.passages)
    assert "is not used" in caplog.text and name in caplog.text
    assert texts_embedded(source, index_dir) == []


def test_no_flipped_bit_of_the_manifest_brings_a_wrong_index(source: Path, index_dir: Path) -> None:
    open_index(source, index_dir, FakeEncoder())
    path = stored(source, index_dir, MANIFEST)
    for position in range(0, len(path.read_bytes()), 11):
        data = bytearray(path.read_bytes())
        data[position % len(data)] ^= 1
        path.write_bytes(data)
        assert_right(open_index(source, index_dir, FakeEncoder()))


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_another_index_is_noticed(
    source: Path, index_dir: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    other = tmp_path / "other.txt"
    other.write_text(NEW)
    for path in (source, other):
        open_index(path, index_dir, FakeEncoder())
    shutil.copy(stored(other, index_dir, name), stored(source, index_dir, name))
    assert_right(open_index(source, index_dir, FakeEncoder()))
    assert "is not used" in caplog.text
    assert texts_embedded(source, index_dir) == []


def swap_folders(source: Path, index_dir: Path, other: Path) -> None:
    shutil.rmtree(index_folder(source, index_dir))
    shutil.copytree(index_folder(other, index_dir), index_folder(source, index_dir))


def test_the_whole_index_of_another_article_is_not_served(source: Path, index_dir: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("Nothing of the kind.")
    for path in (source, other):
        open_index(path, index_dir, FakeEncoder())
    swap_folders(source, index_dir, other)
    index = open_index(source, index_dir, FakeEncoder())
    assert_right(index)
    assert [article.text for article in index.articles] == [OLD]


def as_faiss(vectors: np.ndarray, kind: Callable[[int], faiss.Index] = faiss.IndexFlatIP) -> bytes:
    index = kind(vectors.shape[1])
    index.add(np.ascontiguousarray(vectors, dtype=np.float32))
    return faiss.serialize_index(index).tobytes()


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (lambda v: v * np.nan, "not every vector has norm 1"),
        (lambda v: v * 1.1, "not every vector has norm 1"),
        (lambda v: v[:, :64], "the vectors have shape"),
        (lambda v: v[:-1], "the vectors have shape"),
    ],
)
def test_vectors_that_cannot_be_right_are_noticed_even_with_their_hash(
    source: Path, index_dir: Path, caplog: pytest.LogCaptureFixture, spoil: Callable, found: str
) -> None:
    built = open_index(source, index_dir, FakeEncoder())
    forge(source, index_dir, VECTORS, as_faiss(spoil(built.vectors)))
    assert_right(open_index(source, index_dir, FakeEncoder()))
    assert found in caplog.text


@pytest.mark.parametrize(
    ("name", "data"), [(PASSAGES, b"[1, 2]"), (PASSAGES, b"\xff"), (VECTORS, b"IxFI"), (VECTORS, b"not an index")]
)
def test_foreign_data_is_noticed_even_with_its_hash(
    source: Path, index_dir: Path, caplog: pytest.LogCaptureFixture, name: str, data: bytes
) -> None:
    open_index(source, index_dir, FakeEncoder())
    forge(source, index_dir, name, data)
    assert_right(open_index(source, index_dir, FakeEncoder()))
    assert "does not hold passages and vectors" in caplog.text


@pytest.mark.parametrize("change", [{"start": 1}, {"text": "Another text."}, {"article": "another.txt"}])
@pytest.mark.parametrize("article_changed", [False, True])
def test_passages_that_are_not_the_articles_are_noticed_even_with_their_hash(
    source: Path, index_dir: Path, change: dict, article_changed: bool
) -> None:
    open_index(source, index_dir, FakeEncoder())
    [first, *rest] = json.loads(stored(source, index_dir, PASSAGES).read_text())
    forge(source, index_dir, PASSAGES, json.dumps([first | change, *rest]).encode())
    if article_changed:
        source.write_text(NEW)
    assert_right(open_index(source, index_dir, FakeEncoder()))


@pytest.mark.parametrize(
    "foreign", ["", "null", "{}", '{"format": 1}', '{"recipe": null}', "\x00\x01", "[" * 100_000]
)
def test_a_foreign_manifest_is_noticed(
    source: Path, index_dir: Path, caplog: pytest.LogCaptureFixture, foreign: str
) -> None:
    open_index(source, index_dir, FakeEncoder())
    stored(source, index_dir, MANIFEST).write_text(foreign)
    assert_right(open_index(source, index_dir, FakeEncoder()))
    assert f"{MANIFEST} is not the manifest of an index" in caplog.text


def test_an_index_of_another_format_is_built_anew(
    source: Path, index_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    open_index(source, index_dir, FakeEncoder())
    manifest = read_manifest(source, index_dir)
    manifest["recipe"]["format"] += 1
    write_manifest(source, index_dir, manifest)
    assert_right(open_index(source, index_dir, FakeEncoder()))
    assert f"format={manifest['recipe']['format']}" in caplog.text
