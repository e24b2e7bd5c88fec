"""A .txt file, or a folder of them → articles."""

from pathlib import Path

from index.article import Article, parse


class SourceError(ValueError):
    """There is no article to read at the path; the message says why, and what would do."""


def load_articles(path: Path) -> tuple[Article, ...]:
    """The article in the file `path`, or those in the folder's *.txt files, sorted by name; dot-files are left out.

    Offsets are those of `path.read_text("utf-8-sig")`: a byte order mark is dropped, and a line ends with one "\\n".
    Raises SourceError.
    """
    return tuple(_load_article(file) for file in _article_files(path))


def _article_files(path: Path) -> list[Path]:
    if not path.exists():
        raise SourceError(f"{path} does not exist; give a .txt file, or a folder of them")
    if not path.is_dir():
        if path.suffix.lower() != ".txt":
            raise SourceError(f"{path} is not a .txt file; give plain text in a file whose name ends in .txt")
        return [path]
    try:
        files = [file for file in path.iterdir() if _is_article(file)]
    except OSError as error:
        raise SourceError(f"{path} cannot be read ({error.strerror}); give a folder that you may read") from error
    if not files:
        raise SourceError(f"{path} has no .txt file in it; put an article there, plain text in UTF-8")
    return sorted(files, key=lambda file: file.name)


def _is_article(file: Path) -> bool:
    return file.suffix.lower() == ".txt" and not file.name.startswith(".") and file.is_file()


def _load_article(file: Path) -> Article:
    try:
        text = file.read_text("utf-8-sig")
        file.name.encode()
    except OSError as error:
        raise SourceError(f"{file} cannot be read ({error.strerror}); give a file that you may read") from error
    except UnicodeError as error:
        raise SourceError(f"{file} is not UTF-8 in its text and its name; save it as plain text in UTF-8") from error
    if "\0" in text:
        raise SourceError(f"{file} holds NUL characters, so it is not plain text; save it as plain text in UTF-8")
    if not text.strip():
        raise SourceError(f"{file} is empty; an article needs at least one sentence")
    return parse(text, file.name)
