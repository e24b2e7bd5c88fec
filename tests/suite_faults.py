"""Changed article, missing model file, read-only or full disk: a named error or a right answer, and soon."""

import json
import os
import resource
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from fakes import FakeEncoder
from store_files import NEW, OLD, assert_right, index_folder, read_manifest, texts_embedded
from suite import Row

from index.encoder import MODEL_PACKAGE, model_folder
from index.settings import DEFAULT_SOURCE
from index.store import open_index

ROOT = Path(__file__).parent.parent
NAMED_ERROR_SECONDS = 5
# Every way out of the process raises, so that a download cannot go unnoticed.
OFFLINE = """
import runpy, socket, sys
def refuse(*_): raise SystemExit("the network was asked")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse
sys.argv[0] = "app"
runpy.run_module("app", run_name="__main__", alter_sys=True)
"""


def changed_article(index_dir: Path) -> list[str]:
    """One byte of the real article edited between two runs of the program."""
    source = index_dir / "leaving_las_vegas.txt"
    text = (DEFAULT_SOURCE / source.name).read_text("utf-8")
    faults = []
    for director in ("Mike Figgis", "Mike Figgas"):
        source.write_text(text.replace("Mike Figgis", director), "utf-8")
        answer = run_program(ROOT, index_dir, "ask", "--json", "--source", str(source), "Who directed the film?")
        if json.loads(answer.stdout or "{}").get("answer") != director:
            faults.append(f"{answer.stdout[:80]} {answer.stderr[-80:]} where the article says {director}")
    return faults


def run_program(folder: Path, index_dir: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess:
    environment = os.environ | {"ASK_THE_FILM_INDEX_DIR": str(index_dir)} | variables
    command = [sys.executable, "-c", OFFLINE, *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=100)


def linked(folder: Path, to: Path) -> None:
    """A copy of the files below `folder`, as links."""
    for file in folder.rglob("*"):
        if file.is_file() and "__pycache__" not in file.parts:
            link = to / file.relative_to(folder)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(file)


def missing_files(needed: Sequence[tuple[Path, Path]], index_dir: Path) -> Iterator[tuple[str, str]]:
    """Run a copy of the program without each file of `needed` in turn: `(file, fault)`, the fault empty where none.

    `needed` are pairs of a package's folder, as the copy has it, and a file's path in it.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for package in ("app", "index"):
            linked(ROOT / package, copy / package)
        linked(model_folder().parent, copy / MODEL_PACKAGE)
        for package, file in needed:
            link = copy / package / file
            target = link.readlink()
            link.unlink()
            started = time.monotonic()
            ask = ("ask", "--source", str(DEFAULT_SOURCE), "Who directed the film?")
            result = run_program(copy, index_dir, *ask, PYTHONPATH=folder)
            took = time.monotonic() - started
            link.symlink_to(target)
            said = result.stderr.strip()
            fault = ""
            if result.returncode == 0 and "Mike Figgis" in result.stdout:
                pass  # a file that is not needed
            elif not said.startswith("error:") or file.name not in said:
                fault = f"without {file}: {said[-160:]!r}"
            elif took > NAMED_ERROR_SECONDS:
                fault = f"without {file}: the error came after {took:.1f} s"
            yield str(file), fault


@contextmanager
def small_files(limit: int) -> Iterator[None]:
    """No file of this process may be longer than `limit` bytes, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def full_disk(folder: Path) -> list[str]:
    """The article changes, and there is no room for its index: the new one serves, and the old one stays whole."""
    faults = []
    source, index_dir = folder / "film.txt", folder / "index"
    source.write_text(OLD)
    open_index(source, index_dir, FakeEncoder())
    before = read_manifest(source, index_dir)
    source.write_text(NEW)
    for limit in (0, 10, 200, 1000, 3000):
        with small_files(limit):
            assert_right(open_index(source, index_dir, FakeEncoder()))
        if read_manifest(source, index_dir) != before:
            faults.append(f"with {limit} bytes the old index was overwritten")
    source.write_text(OLD)
    if texts_embedded(source, index_dir):
        faults.append("the old index no longer answers")
    if len(list(index_folder(source, index_dir).glob("generation-*"))) != 1:
        faults.append("a full disk left files over")
    return faults


STEP = """
import sys
sys.path[:0] = sys.argv[3:]
from pathlib import Path
from fakes import FakeEncoder
from store_files import NEW, OLD, assert_right, read_manifest, texts_embedded
from index.store import open_index
source, index_dir = Path(sys.argv[1], "film.txt"), Path(sys.argv[1], "disk")
source.write_text(OLD)
if sys.argv[2] == "build":
    open_index(source, index_dir, FakeEncoder())
else:
    before = read_manifest(source, index_dir)
    source.write_text(NEW * int(sys.argv[2]))
    assert_right(open_index(source, index_dir, FakeEncoder()))
    assert read_manifest(source, index_dir) == before, "the old index was overwritten"
    source.write_text(OLD)
    assert texts_embedded(source, index_dir) == [], "the old index no longer answers"
"""


def small_disk(folder: Path) -> tuple[str, list[str]]:
    """The same on a real tmpfs of 16 kB, and on one that is read-only, where this system lets us mount one."""
    (folder / "disk").mkdir()
    (folder / "steps.py").write_text(STEP)

    def step(what: str) -> str:
        return shlex.join([sys.executable, f"{folder}/steps.py", str(folder), what, str(ROOT), str(ROOT / "tests")])

    disk = shlex.quote(f"{folder}/disk")
    script = (
        f"mount -t tmpfs -o size=16k tmpfs {disk} || exit 77; {step('build')} && {step('50')} && "
        f"mount -o remount,ro {disk} && {step('1')}"
    )
    command = ["unshare", "--mount", "--map-root-user", "sh", "-c", script]
    if shutil.which("unshare") is None:
        return "no tmpfs here", []
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode == 77 or "unshare:" in result.stderr:
        return "no tmpfs here", []
    return "tmpfs full and read-only", [] if result.returncode == 0 else [result.stderr[-300:]]


def faults_of_the_machine() -> list[Row]:
    """One row for each fault."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        changed = changed_article(folder)
        needed = [(Path("app"), Path("reader/weights", file)) for file in
                  ("model.xml", "model.bin", "tokenizer.json", "calibration.json")]
        inside = model_folder()
        needed += [(Path(MODEL_PACKAGE), file.relative_to(inside.parent)) for file in sorted(inside.rglob("*"))
                   if file.is_file()]
        missing = list(missing_files(needed, folder))
        (folder / "full").mkdir()
        full = full_disk(folder / "full")
        (folder / "small").mkdir()
        disk, small = small_disk(folder / "small")
    return [
        Row("changed article", "one byte edited: the new text is cited" if not changed else "stale", tuple(changed)),
        Row(
            "missing model file",
            f"{sum(not fault for _, fault in missing)} of {len(missing)} named within {NAMED_ERROR_SECONDS} s, "
            "or not needed",
            tuple(fault for _, fault in missing if fault),
        ),
        Row("read-only or full disk", f"5 sizes, {disk}; the old index stays", tuple(full + small)),
    ]
