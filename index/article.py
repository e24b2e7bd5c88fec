"""Text with `== Heading ==` lines → Article, its sections and paragraphs, each with character offsets."""

import re
from dataclasses import dataclass
from pathlib import Path

# A title neither starts nor ends with "=": a line of nothing but "=" is a ruler, not a heading.
_HEADING = re.compile(r"^(={2,6})[ \t]*([^=\s](?:.*[^=\s])?)[ \t]*\1[ \t]*$", re.MULTILINE)
_PARAGRAPH = re.compile(r"[^\s][^\n]*")


@dataclass(frozen=True)
class Section:
    """A heading and the text below it, up to the next heading.

    `path` holds the headings from the outermost in, and is empty for the lead. `article.text[start:end]` is the body,
    which may be empty.
    """

    path: tuple[str, ...]
    start: int
    end: int

    @property
    def title(self) -> str:
        return " › ".join(self.path)


@dataclass(frozen=True)
class Article:
    """One source file. `name` is the file's name, which citations carry; `title` is what people call it."""

    name: str
    title: str
    text: str
    sections: tuple[Section, ...]

    def paragraphs(self, section: Section) -> list[tuple[int, int]]:
        """Character offsets `(start, end)` of the section's lines that hold text, without surrounding space."""
        spans = []
        for match in _PARAGRAPH.finditer(self.text, section.start, section.end):
            spans.append((match.start(), match.start() + len(match.group().rstrip())))
        return spans


def parse(text: str, name: str) -> Article:
    """Divide `text` at its heading lines. Text before the first heading is the lead, a section with an empty path."""
    sections: list[Section] = []
    path: list[tuple[int, str]] = []
    body_start = 0
    for match in _HEADING.finditer(text):
        sections.append(Section(tuple(title for _, title in path), body_start, match.start()))
        level = len(match.group(1))
        path = [(above, title) for above, title in path if above < level] + [(level, match.group(2))]
        body_start = match.end()
    sections.append(Section(tuple(title for _, title in path), body_start, len(text)))
    return Article(name, _title(text, name), text, tuple(sections))


def _title(text: str, name: str) -> str:
    """The file's name in words, spelt as the article's opening spells it where they agree."""
    words = Path(name).stem.replace("_", " ").strip()
    opening = text.lstrip()[: len(words)]
    return opening if opening.casefold() == words.casefold() else words
