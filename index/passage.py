"""The unit of retrieval."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Passage:
    """Whole sentences of one section: `article.text[start:end] == text`.

    `article` is the article's name, `section` its heading path joined by " › " (empty for the lead).
    """

    article: str
    section: str
    start: int
    end: int
    text: str


def in_context(passages: Iterable[Passage], titles: Mapping[str, str]) -> list[str]:
    """Each passage as "Title. Section. text", which is what is embedded and searched.

    A question often names the article or what a section is about, and without them in front it is drawn to the few
    passages that name them too. `titles` maps an article's name to its title.
    """
    return [". ".join(filter(None, (titles[p.article], p.section, p.text))) for p in passages]
