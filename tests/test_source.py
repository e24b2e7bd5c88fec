import hashlib
import os
from pathlib import Path

import pytest

from index.settings import DEFAULT_SOURCE
from index.source import SourceError, load_articles


def write(path: Path, data: bytes | str) -> Path:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def test_a_file_is_one_article(tmp_path: Path) -> None:
    [article] = load_articles(write(tmp_path / "Film.TXT", "One.\n== Plot ==\nTwo."))
    assert (article.name, article.text) == ("Film.TXT", "One.\n== Plot ==\nTwo.")


def test_a_folders_articles_are_sorted_by_name_and_other_files_are_left_out(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", ".hidden.txt", "notes.md", "c.txt.bak"):
        write(tmp_path / name, f"The text of {name}")
    (tmp_path / "folder.txt").mkdir()
    assert [article.name for article in load_articles(tmp_path)] == ["a.txt", "b.txt"]


def test_offsets_are_those_of_the_file_read_as_text(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", b"\xef\xbb\xbfOne.\r\n\r\nTwo \xc3\xa9.\rThree.\n")
    [article] = load_articles(path)
    assert article.text == path.read_text("utf-8-sig") == "One.\n\nTwo é.\nThree.\n"


def test_a_file_that_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="nowhere.txt does not exist; give "):
        load_articles(tmp_path / "nowhere.txt")


@pytest.mark.parametrize("name", ["a.pdf", "a", ".txt"])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SourceError, match=f"{name} is not a .txt file; give "):
        load_articles(write(tmp_path / name, "One."))


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"", "is empty; an article needs "),
        (b" \n\t\r\n", "is empty; an article needs "),
        (b"\xef\xbb\xbf", "is empty; an article needs "),
        ("Élan.".encode("latin-1"), "is not UTF-8 .*; save it "),
        ("One.".encode("utf-16"), "is not UTF-8 .*; save it "),
        ("One.".encode("utf-16-le"), "holds NUL .*; save it "),
        (b"\x89PNG\r\n\x1a\n\0\0", "is not UTF-8 .*; save it "),
    ],
)
@pytest.mark.parametrize("in_folder", [False, True])
def test_a_file_without_readable_text_is_refused_by_name(
    tmp_path: Path, data: bytes, rule: str, in_folder: bool
) -> None:
    path = write(tmp_path / "bad.txt", data)
    write(tmp_path / "good.txt", "One.")
    with pytest.raises(SourceError, match=f"bad.txt {rule}"):
        load_articles(tmp_path if in_folder else path)


def test_a_folder_without_articles_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "notes.md", "One.")
    with pytest.raises(SourceError, match="has no .txt file in it; put "):
        load_articles(tmp_path)


def test_what_the_system_does_not_let_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def deny(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = write(tmp_path / "a.txt", "One.")
    with monkeypatch.context() as patch, pytest.raises(SourceError, match=r"a.txt cannot be read \(Permission"):
        patch.setattr(Path, "read_text", deny)
        load_articles(path)
    with monkeypatch.context() as patch, pytest.raises(SourceError, match=r"cannot be read \(Permission"):
        patch.setattr(Path, "iterdir", deny)
        load_articles(tmp_path)


def test_the_shipped_article_is_the_one_that_its_sources_file_describes() -> None:
    [article] = load_articles(DEFAULT_SOURCE)
    digest = hashlib.sha256((DEFAULT_SOURCE / article.name).read_bytes()).hexdigest()
    sources = (DEFAULT_SOURCE / "SOURCES.md").read_text("utf-8")
    assert article.name in sources and digest in sources
    assert f"{len(article.text):,} characters" in sources


def test_a_name_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"\xff.txt")
    try:
        write(path, "One.")
    except OSError:  # This file system has no such names, so that none can turn up.
        return
    with pytest.raises(SourceError, match="is not UTF-8 in its text and its name"):
        load_articles(path)
