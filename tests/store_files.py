"""A stored index, seen from outside: an article in two versions, and the files that are kept of its index."""

import json
from hashlib import sha256
from pathlib import Path

import numpy as np
from fakes import FakeEncoder

from index.passage import in_context
from index.splitter import split
from index.store import MANIFEST, PASSAGES, VECTORS, Index, index_folder, open_index

OLD = """The Lantern Keeper is a film about a lighthouse. Ada Quill directed it.

== Plot ==
A boat comes at night. It carries a cat.

== Cast ==

== Production ==
It was filmed in Norway. Tomas Reed played the music.
"""
NEW = OLD.replace("It carries a cat.", "It carries a dog and a letter.")
FILES = [MANIFEST, PASSAGES, VECTORS]


def stored(source: Path, index_dir: Path, name: str) -> Path:
    """The file of the current generation."""
    folder = index_folder(source, index_dir)
    return folder / name if name == MANIFEST else folder / read_manifest(source, index_dir)["generation"] / name


def read_manifest(source: Path, index_dir: Path) -> dict:
    return json.loads((index_folder(source, index_dir) / MANIFEST).read_text())


def write_manifest(source: Path, index_dir: Path, manifest: dict) -> None:
    (index_folder(source, index_dir) / MANIFEST).write_text(json.dumps(manifest))


def forge(source: Path, index_dir: Path, name: str, data: bytes) -> None:
    """Replace one file, and write its hash into the manifest."""
    manifest = read_manifest(source, index_dir)
    stored(source, index_dir, name).write_bytes(data)
    key = {PASSAGES: "passages_sha256", VECTORS: "vectors_sha256"}[name]
    write_manifest(source, index_dir, manifest | {key: sha256(data).hexdigest()})


def texts_embedded(source: Path, index_dir: Path) -> list[str]:
    """What opening the index embeds: nothing where the stored one is whole and up to date."""
    encoder = FakeEncoder()
    open_index(source, index_dir, encoder)
    return encoder.encoded


def assert_right(index: Index) -> None:
    """Every passage of its articles, each with the vector of its own text."""
    passages = [passage for article in index.articles for passage in split(article)]
    titles = {article.name: article.title for article in index.articles}
    assert list(index.passages) == passages
    np.testing.assert_array_equal(index.vectors, FakeEncoder().encode(in_context(passages, titles)))


def generations(source: Path, index_dir: Path) -> list[str]:
    return [path.name for path in index_folder(source, index_dir).glob("generation-*")]
