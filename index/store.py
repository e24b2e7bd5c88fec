"""Articles → their index, kept on disk between runs. The only importer of faiss.

`index_dir/<key>/`, where the key is a hash of the source's path, holds

    generation-<random>/passages.json   the passages, in the order of the vectors
    generation-<random>/vectors.faiss   a faiss.IndexFlatIP with one unit row for each passage
    manifest.json                       the current generation: what it was made from, and its files' hashes

A build writes a whole new generation, and makes it current by replacing manifest.json: whenever it is killed, the old
index or the new one is there. Nothing that disagrees with the manifest, the articles or the encoder is served.
"""

import contextlib
import hashlib
import importlib.metadata
import logging
import os
import secrets
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import faiss
import numpy as np
from filelock import FileLock
from pydantic import TypeAdapter

from index.article import Article
from index.encoder import Encoder
from index.passage import Passage, in_context
from index.source import load_articles
from index.splitter import MAX_PASSAGE_WORDS, OVERLAP_SENTENCES, split

FORMAT = 1
"""Raise it when the files change in a way that their hashes do not tell."""
MANIFEST = "manifest.json"
PASSAGES = "passages.json"
VECTORS = "vectors.faiss"
LOCK_SECONDS = 60

logger = logging.getLogger(__name__)


class StoreError(ValueError):
    """There is nothing to search; the message says why, and what would help."""


class _Unusable(Exception):
    """What is on disk is not to be served; the message says what was found."""


@dataclass(frozen=True, eq=False)
class Index:
    """Passages and their vectors: 2d float32 array with shape [len(passages), dimension], rows of Euclidean norm 1."""

    articles: tuple[Article, ...]
    passages: tuple[Passage, ...]
    vectors: np.ndarray

    @cached_property
    def _faiss(self) -> faiss.IndexFlatIP:
        flat = faiss.IndexFlatIP(self.vectors.shape[1])
        flat.add(self.vectors)
        return flat

    def search(self, vector: np.ndarray, count: int) -> list[tuple[int, float]]:
        """`(row, inner product)` of the `count` passages nearest to `vector`, a float32 array with shape [dimension].

        Best first, equals in the order of their rows; all passages where there are no more than `count`.
        """
        products, rows = self._faiss.search(vector[np.newaxis], min(count, len(self.passages)))
        return sorted(zip(rows[0].tolist(), products[0].tolist()), key=lambda hit: (-hit[1], hit[0]))

    def article(self, name: str) -> Article:
        """Raises KeyError for a name that no article has."""
        for article in self.articles:
            if article.name == name:
                return article
        raise KeyError(f"no article is called {name!r}")


@dataclass(frozen=True)
class Recipe:
    """What turns an article's text into vectors; an index made by another recipe is of no use."""

    format: int
    model: str
    weights_sha256: str
    dimension: int
    sentence_splitter: str
    max_passage_words: int
    overlap_sentences: int


@dataclass(frozen=True)
class ArticleRecord:
    name: str
    title: str
    sha256: str


@dataclass(frozen=True)
class Manifest:
    recipe: Recipe
    articles: tuple[ArticleRecord, ...]
    generation: str
    passages_sha256: str
    vectors_sha256: str


@dataclass(frozen=True, eq=False)
class _Stored:
    """An index on disk, true to its own manifest; its articles may have changed since."""

    manifest: Manifest
    passages: tuple[Passage, ...]
    vectors: np.ndarray

    def index(self, articles: tuple[Article, ...]) -> Index:
        """The index of `articles`, which are those of the manifest. Raises _Unusable."""
        texts = {article.name: article.text for article in articles}
        for passage in self.passages:
            if texts.get(passage.article, "")[passage.start : passage.end] != passage.text:
                raise _Unusable(f"{PASSAGES} has a passage that is not at its place in {passage.article}")
        return Index(articles, self.passages, self.vectors)

    def known(self) -> dict[str, np.ndarray]:
        """The row of each text that was embedded. Raises _Unusable."""
        titles = {record.name: record.title for record in self.manifest.articles}
        if not titles.keys() >= {passage.article for passage in self.passages}:
            raise _Unusable(f"{PASSAGES} has a passage of an article that is not in {MANIFEST}")
        return dict(zip(in_context(self.passages, titles), self.vectors, strict=True))


_MANIFEST_JSON = TypeAdapter(Manifest)
_PASSAGES_JSON = TypeAdapter(tuple[Passage, ...])


def build_index(
    articles: Sequence[Article],
    encoder: Encoder,
    show_progress: bool = False,
    known: Mapping[str, np.ndarray] | None = None,
) -> Index:
    """Split and embed `articles`, in memory. `known` holds the rows of texts that need not be embedded again.

    What is embedded is the passage with its article's title and its section in front (`index.passage.in_context`).
    Raises StoreError when the articles have no sentence, or when the encoder's vectors are not what it promises.
    """
    passages = tuple(passage for article in articles for passage in split(article))
    if not passages:
        names = ", ".join(article.name for article in articles)
        raise StoreError(f"there is no sentence to search in {names}; write text below the headings")
    texts = in_context(passages, {article.name: article.title for article in articles})
    rows = {} if known is None else dict(known)
    new = [text for text in dict.fromkeys(texts) if text not in rows]
    rows.update(zip(new, encoder.encode(new, show_progress), strict=True))
    vectors = np.stack([rows[text] for text in texts])
    if fault := _fault(vectors, len(passages), encoder.dimension):
        raise StoreError(f"{encoder.name} gave vectors that cannot be searched: {fault}; install the model again")
    return Index(tuple(articles), passages, vectors)


def open_index(source: Path, index_dir: Path, encoder: Encoder, show_progress: bool = False) -> Index:
    """The index of the articles at `source`, from `index_dir` where it is whole and up to date there, else built anew.

    Only passages that are not in the stored index are embedded. What is wrong with the stored index, or with
    `index_dir`, is logged as a warning. Raises SourceError, StoreError or EncoderError when nothing can be searched.
    """
    articles = load_articles(source)
    folder = index_folder(source, index_dir)
    recipe = _recipe(encoder)
    records = tuple(ArticleRecord(a.name, a.title, _sha256(a.text.encode())) for a in articles)
    known = None
    try:
        stored = _read(folder, recipe)
        if stored is not None and stored.manifest.articles == records:
            index = stored.index(articles)
            _sweep(folder, stored.manifest.generation)
            return index
        if stored is not None:
            logger.info("%s has changed; its index is brought up to date", source)
            known = stored.known()
    except _Unusable as fault:
        logger.warning("the index in %s is not used (%s); it is built anew", folder, fault)
    index = build_index(articles, encoder, show_progress, known)
    try:
        _write(folder, index, recipe, records)
    except OSError as error:
        logger.warning("the index cannot be kept in %s (%s); it serves this run from memory", folder, error)
    return index


def index_folder(source: Path, index_dir: Path) -> Path:
    """Where the index of `source` is kept: each source has a folder of its own, so that none evicts another."""
    return index_dir / _sha256(os.fsencode(source.resolve()))[:16]


def _recipe(encoder: Encoder) -> Recipe:
    return Recipe(
        format=FORMAT,
        model=encoder.name,
        weights_sha256=encoder.weights_sha256,
        dimension=encoder.dimension,
        sentence_splitter=f"sentencex {importlib.metadata.version('sentencex')}",
        max_passage_words=MAX_PASSAGE_WORDS,
        overlap_sentences=OVERLAP_SENTENCES,
    )


def _read(folder: Path, recipe: Recipe) -> _Stored | None:
    """What is stored in `folder`, checked against its manifest; None where there is none. Raises _Unusable."""
    manifest = _read_manifest(folder)
    while manifest is not None:
        if manifest.recipe != recipe:
            raise _Unusable(f"it was made by {manifest.recipe}, and this is {recipe}")
        try:
            return _read_generation(folder / manifest.generation, manifest)
        except _Unusable:
            # Another process may have put a newer generation in this one's place meanwhile.
            unchanged, manifest = manifest, _read_manifest(folder)
            if manifest == unchanged:
                raise
    return None


def _read_manifest(folder: Path) -> Manifest | None:
    try:
        return _MANIFEST_JSON.validate_json((folder / MANIFEST).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _Unusable(f"{MANIFEST} cannot be read: {error}") from error
    except ValueError as error:
        raise _Unusable(f"{MANIFEST} is not the manifest of an index") from error


def _read_generation(generation: Path, manifest: Manifest) -> _Stored:
    passages_json = _read_checked(generation / PASSAGES, manifest.passages_sha256)
    vectors_bytes = _read_checked(generation / VECTORS, manifest.vectors_sha256)
    try:
        passages = _PASSAGES_JSON.validate_json(passages_json)
        flat = faiss.deserialize_index(np.frombuffer(vectors_bytes, dtype=np.uint8))
        vectors = flat.reconstruct_n(0, flat.ntotal)
    except (ValueError, RuntimeError) as error:
        raise _Unusable(f"{generation.name} does not hold passages and vectors") from error
    if fault := _fault(vectors, len(passages), manifest.recipe.dimension):
        raise _Unusable(fault)
    return _Stored(manifest, passages, vectors)


def _read_checked(file: Path, sha256: str) -> bytes:
    try:
        data = file.read_bytes()
    except OSError as error:
        raise _Unusable(f"{file.name} cannot be read: {error}") from error
    if (found := _sha256(data)) != sha256:
        raise _Unusable(f"{file.name} has sha256 {found}, and {MANIFEST} says {sha256}")
    return data


def _fault(vectors: np.ndarray, count: int, dimension: int) -> str | None:
    """What is wrong with the vectors of `count` passages, if anything is."""
    if vectors.shape != (count, dimension):
        return f"the vectors have shape {vectors.shape}, not {(count, dimension)}"
    if not np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3):
        return "not every vector has norm 1"
    return None


def _write(folder: Path, index: Index, recipe: Recipe, records: tuple[ArticleRecord, ...]) -> None:
    """Store `index` as a new generation, make it current, and remove all others. Raises OSError."""
    passages = _PASSAGES_JSON.dump_json(index.passages, indent=1)
    vectors = faiss.serialize_index(index._faiss).tobytes()
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / ".lock", timeout=LOCK_SECONDS):
        generation = folder / f"generation-{secrets.token_hex(8)}"
        manifest = Manifest(recipe, records, generation.name, _sha256(passages), _sha256(vectors))
        try:
            generation.mkdir()
            _write_synced(generation / PASSAGES, passages)
            _write_synced(generation / VECTORS, vectors)
            _write_synced(generation / MANIFEST, _MANIFEST_JSON.dump_json(manifest, indent=1))
            _sync_folder(generation)
            _sync_folder(folder)
            os.replace(generation / MANIFEST, folder / MANIFEST)
        except BaseException:
            shutil.rmtree(generation, ignore_errors=True)
            raise
        _sync_folder(folder)
        _remove_others(folder, generation.name)


def _sweep(folder: Path, generation: str) -> None:
    """Remove what a killed build has left, unless another process is building just now, or nothing may be removed."""
    if all(other.name == generation for other in folder.glob("generation-*")):
        return
    with contextlib.suppress(OSError), FileLock(folder / ".lock", timeout=0):
        manifest = _read_manifest(folder)
        if manifest is not None:
            _remove_others(folder, manifest.generation)


def _remove_others(folder: Path, generation: str) -> None:
    for other in folder.glob("generation-*"):
        if other.name != generation:
            shutil.rmtree(other, ignore_errors=True)


def _write_synced(file: Path, data: bytes) -> None:
    with file.open("xb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows neither needs this nor lets a folder be opened.
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
