"""Kills, damage, changes and full disks: the index on disk, whatever happens to it."""

import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import faiss
import numpy as np
from fakes import FakeEncoder
from store_files import FILES, NEW, OLD, assert_right, forge, generations, stored, texts_embedded
from suite import Row

from index.encoder import Encoder
from index.settings import DEFAULT_SOURCE
from index.store import PASSAGES, VECTORS, open_index

ROOT = Path(__file__).parent.parent


def replace_text(file: Path, text: str) -> None:
    """Write it whole or not at all, so that a kill leaves one of the two articles."""
    new = file.with_suffix(".new")
    new.write_text(text)
    os.replace(new, file)


def build_for_ever(source: Path, index_dir: Path, started: "multiprocessing.synchronize.Event") -> None:
    """Index the two articles in turn, until the process is killed."""
    encoder = FakeEncoder()
    while True:
        for text in (OLD, NEW):
            replace_text(source, text)
            open_index(source, index_dir, encoder)
            started.set()


def kills(count: int = 30, seed: int = 5) -> Row:
    """Kill a process that builds without end, `count` times, each at a moment that `seed` decides."""
    random, faults, left = Random(seed), [], 0
    # A fork of a process that has imported everything starts at once, so that a kill falls into a build.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["suite_store"])
    for number in range(count):
        with tempfile.TemporaryDirectory() as folder:
            source, index_dir = Path(folder, "film.txt"), Path(folder, "index")
            started = context.Event()
            process = context.Process(target=build_for_ever, args=(source, index_dir, started), daemon=True)
            process.start()
            assert started.wait(60), "the builds do not start"
            time.sleep(random.uniform(0, 0.05))
            process.kill()
            process.join()
            left += len(generations(source, index_dir)) > 1
            faults += [f"kill {number}: {fault}" for fault in after_a_kill(source, index_dir, FakeEncoder)]
    return Row("kill -9", f"{count - len(faults)} of {count} whole; {left} left files, which the next start removed",
               tuple(faults))


def after_a_kill(source: Path, index_dir: Path, encoder_type: Callable[[], Encoder]) -> list[str]:
    """What is wrong after a kill: the index must be wholly that of one text, and the next start must tidy up."""
    faults, whole = [], 0
    for text in (OLD, NEW):
        copy = index_dir.with_name(f"copy-{len(text)}")
        shutil.copytree(index_dir, copy)
        replace_text(source, text)
        encoder = Counting(encoder_type())
        index = open_index(source, copy, encoder)
        whole += not encoder.encoded
        if [article.text for article in index.articles] != [text]:
            faults.append("an index of another article was served")
        if len(generations(source, copy)) != 1:
            faults.append("files were left over")
    if whole != 1:
        faults.append(f"{whole} of the two articles have a whole index")
    return faults


class Counting:
    """An encoder that notes what it embeds."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoded: list[str] = []
        self._encoder = encoder

    def __getattr__(self, name: str) -> object:
        return getattr(self._encoder, name)

    def encode(self, texts: list[str], show_progress: bool = False) -> np.ndarray:
        self.encoded += texts
        return self._encoder.encode(texts, show_progress)


def kills_with_the_real_encoder(count: int = 3, seed: int = 5) -> Row:
    """The same with the program's own encoder and article, which takes seconds: `python -m index build` is killed."""
    random, faults = Random(seed), []
    text = (DEFAULT_SOURCE / "leaving_las_vegas.txt").read_text("utf-8")
    encoder = Encoder()
    encoder.load()
    with tempfile.TemporaryDirectory() as folder:
        source, index_dir = Path(folder, "film.txt"), Path(folder, "index")
        command = [sys.executable, "-m", "index", "build", "--source", str(source), "--index-dir", str(index_dir)]
        source.write_text(_with_postscript(text, 0))
        started = time.monotonic()
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        took = time.monotonic() - started
        for number in range(count):
            old, new = source.read_text(), _with_postscript(text, number + 1)
            source.write_text(new)
            process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(random.uniform(0.3, 1.0) * took)
            process.kill()
            process.wait()
            embedded = []
            for version in (old, new):
                copy = index_dir.with_name(f"copy-{number}-{len(embedded)}")
                shutil.copytree(index_dir, copy)
                source.write_text(version)
                counting = Counting(encoder)
                open_index(source, copy, counting)
                embedded.append(len(counting.encoded))
                if len(generations(source, copy)) != 1:
                    faults.append(f"kill {number}: files were left over")
            if embedded.count(0) != 1:
                faults.append(f"kill {number}: neither the old index nor the new one is whole")
    return Row("kill -9, real encoder", f"{count - len(faults)} of {count} whole", tuple(faults))


def _with_postscript(text: str, number: int) -> str:
    """No two of these share all passages, so that each one's index has something to embed of the other."""
    return f"{text}\n\n== Postscript {number} ==\nKill number {number} came here."


def damages(count: int, seed: int) -> Iterator[tuple[str, Callable[[Path, Path, Path], None]]]:
    """`count` ways to spoil a stored index: a name, and a call with its source, its folder and another's source."""
    random = Random(seed)

    def bytes_changed(name: str, change: Callable[[bytes], bytes]) -> Callable[[Path, Path, Path], None]:
        def damage(source: Path, index_dir: Path, _: Path) -> None:
            file = stored(source, index_dir, name)
            file.write_bytes(change(file.read_bytes()))

        return damage

    def truncated(data: bytes) -> bytes:
        return data[: random.randrange(len(data))]

    def one_bit_flipped(data: bytes) -> bytes:
        place = random.randrange(len(data))
        return data[:place] + bytes([data[place] ^ 1 << random.randrange(8)]) + data[place + 1 :]

    def trailing(data: bytes) -> bytes:
        return data + random.randbytes(random.randint(1, 64))

    def vectors_changed(change: Callable[[np.ndarray], np.ndarray]) -> Callable[[Path, Path, Path], None]:
        def damage(source: Path, index_dir: Path, _: Path) -> None:
            flat = faiss.deserialize_index(np.fromfile(stored(source, index_dir, VECTORS), dtype=np.uint8))
            vectors = change(flat.reconstruct_n(0, flat.ntotal))
            changed = faiss.IndexFlatIP(vectors.shape[1])
            changed.add(np.ascontiguousarray(vectors))
            forge(source, index_dir, VECTORS, faiss.serialize_index(changed).tobytes())

        return damage

    def with_nan(vectors: np.ndarray) -> np.ndarray:
        vectors[random.randrange(len(vectors)), random.randrange(vectors.shape[1])] = np.nan
        return vectors

    def of_another(name: str) -> Callable[[Path, Path, Path], None]:
        def damage(source: Path, index_dir: Path, other: Path) -> None:
            shutil.copy(stored(other, index_dir, name), stored(source, index_dir, name))

        return damage

    kinds = [
        *[(f"truncated {name}", bytes_changed(name, truncated)) for name in FILES],
        *[(f"a bit flipped in {name}", bytes_changed(name, one_bit_flipped)) for name in (VECTORS, PASSAGES)],
        *[(f"bytes after {name}", bytes_changed(name, trailing)) for name in (VECTORS, PASSAGES)],
        ("NaN", vectors_changed(with_nan)),
        ("a wrong dimension", vectors_changed(lambda vectors: vectors[:, : random.randint(1, 255)].copy())),
        *[(f"{name} of another index", of_another(name)) for name in FILES],
    ]
    for number in range(count):
        yield kinds[number % len(kinds)]


def corruption(count: int = 60, seed: int = 6) -> Row:
    """Each damage done to a fresh index; it is noticed where the index is built anew and right."""
    faults = []
    for kind, damage in damages(count, seed):
        with tempfile.TemporaryDirectory() as folder:
            source, other, index_dir = Path(folder, "film.txt"), Path(folder, "other.txt"), Path(folder, "index")
            source.write_text(OLD)
            other.write_text(NEW)
            for path in (source, other):
                open_index(path, index_dir, FakeEncoder())
            damage(source, index_dir, other)
            encoder = FakeEncoder()
            index = open_index(source, index_dir, encoder)
            assert_right(index)
            if not encoder.encoded:
                faults.append(f"{kind} was not noticed")
            if texts_embedded(source, index_dir):
                faults.append(f"{kind}: what was built anew is not kept")
    return Row("corrupt index", f"{count - len(faults)} of {count} noticed and built anew", tuple(faults))
