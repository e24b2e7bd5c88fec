"""Whenever and wherever a build ends, the old index or the new one is there, whole."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from fakes import FakeEncoder
from store_files import NEW, OLD, assert_right, generations, read_manifest, texts_embedded

from index.store import MANIFEST, index_folder, open_index


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "the_lantern_keeper.txt"
    path.write_text(OLD)
    return path


@pytest.fixture
def index_dir(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "indexes"


class DyingDisk:
    """Lets so many changes through and refuses all that follow, as though the process had been killed there.

    What was being synced at that moment is half lost.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, changes: int) -> None:
        self.changes_left = changes
        for name in ("mkdir", "fsync", "replace", "unlink", "rmdir"):
            monkeypatch.setattr(os, name, self._limited(getattr(os, name)))

    def _limited(self, change: Callable) -> Callable:
        def limited(target: int | str | Path, *arguments: object, **options: object) -> None:
            if self.changes_left == 0:
                if change.__name__ == "fsync" and (size := os.fstat(target).st_size) and not os.path.isdir(target):
                    os.ftruncate(target, size // 2)
                raise OSError("the process is dead")
            self.changes_left -= 1
            change(target, *arguments, **options)

        return limited


def test_a_killed_build_leaves_the_old_index_or_the_new_one_whole(
    source: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    outcomes = []
    for changes in count():
        source.write_text(OLD)
        index_dir = tmp_path / f"killed-after-{changes}"
        open_index(source, index_dir, FakeEncoder())
        source.write_text(NEW)
        with pytest.MonkeyPatch.context() as patch:
            disk = DyingDisk(patch, changes)
            assert_right(open_index(source, index_dir, FakeEncoder()))
        caplog.clear()
        shutil.copytree(index_dir, tmp_path / f"copy-{changes}")
        new = not texts_embedded(source, tmp_path / f"copy-{changes}")
        source.write_text(OLD)
        old = not texts_embedded(source, index_dir)
        assert new != old, f"after {changes} changes"
        assert not caplog.records, "nothing was damaged"
        source.write_text(NEW + "More.")
        open_index(source, index_dir, FakeEncoder())
        assert generations(source, index_dir) == [read_manifest(source, index_dir)["generation"]]
        outcomes.append(new)
        if disk.changes_left > 0:
            break
    assert outcomes == sorted(outcomes) and set(outcomes) == {False, True}


def test_a_generation_is_synced_before_it_is_made_current(
    source: Path, index_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced, waiting, fsync, replace = set(), [], os.fsync, os.replace

    def note_synced(descriptor: int) -> None:
        synced.add(os.fstat(descriptor).st_ino)
        fsync(descriptor)

    def note_waiting(manifest: Path, target: Path) -> None:
        needed = [manifest.parent.parent, manifest.parent, *manifest.parent.iterdir()]
        waiting.append([path.name for path in needed if path.stat().st_ino not in synced])
        replace(manifest, target)

    monkeypatch.setattr(os, "fsync", note_synced)
    monkeypatch.setattr(os, "replace", note_waiting)
    open_index(source, index_dir, FakeEncoder())
    assert waiting == [[]]


def test_an_interrupted_build_leaves_nothing_behind(
    source: Path, index_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(os, "replace", interrupt)
        open_index(source, index_dir, FakeEncoder())
    assert generations(source, index_dir) == []


def test_builds_in_several_processes_leave_one_whole_index(source: Path, index_dir: Path) -> None:
    root = Path(__file__).parent.parent
    program = """
import sys
from pathlib import Path
from fakes import FakeEncoder
from index.store import index_folder, open_index

source, index_dir = map(Path, sys.argv[1:])
for _ in range(20):
    open_index(source, index_dir, FakeEncoder())
    (index_folder(source, index_dir) / "manifest.json").unlink(missing_ok=True)
open_index(source, index_dir, FakeEncoder())
"""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(root), str(root / "tests")])}
    command = [sys.executable, "-c", program, str(source), str(index_dir)]
    processes = [subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    assert [process.communicate()[1] for process in processes] == ["", ""]
    assert texts_embedded(source, index_dir) == []
    assert len(generations(source, index_dir)) == 1


def test_a_generation_replaced_while_it_is_read_is_no_damage(
    source: Path, index_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    newer = tmp_path / "of another process"
    for folder in (index_dir, newer):
        open_index(source, folder, FakeEncoder())
    read_bytes = Path.read_bytes

    def read_just_before_the_other_process_writes(path: Path) -> bytes:
        data = read_bytes(path)
        if path.name == MANIFEST and newer.exists():
            shutil.rmtree(index_dir)
            newer.rename(index_dir)
        return data

    monkeypatch.setattr(Path, "read_bytes", read_just_before_the_other_process_writes)
    assert texts_embedded(source, index_dir) == []
    assert not newer.exists() and not caplog.records


@pytest.mark.parametrize("place", ["a file", "below a file", "full"])
def test_an_index_that_cannot_be_kept_serves_from_memory(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, place: str
) -> None:
    index_dir = tmp_path / "index"
    if place == "full":
        DyingDisk(monkeypatch, 4)
    else:
        index_dir.write_text("in the way")
        index_dir = index_dir / "deeper" if place == "below a file" else index_dir
    assert_right(open_index(source, index_dir, FakeEncoder()))
    assert f"cannot be kept in {index_folder(source, index_dir)}" in caplog.text
