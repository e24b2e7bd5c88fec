"""Serve the page with a fake pipeline: `python -m tests.fake_page [--wait] [--fail] [--port PORT] [--edited]`.

The fake answers from a small invented article by word overlap. A sentence is cited when no other shares more words
with the question; the answering words are its longest run of names or numbers that the question does not hold. When
the best sentence shares less than half of the question's words, it refuses. `standalone_question` tells how many turns
came with the question. It reads "teh" as "the", unless a question is to be taken as written. A question of one word is
a QuestionError; one of nothing but small words divides by zero, as an unfinished program might. "Hello" gets friendly
words, and "Sum up" the first sentences of the plot.
"""

import argparse
import re
import sys
from collections.abc import Sequence
from itertools import groupby

from app.answer import Answer, Citation, QuestionError
from app.web.server import serve
from index.article import Article, Section, parse
from index.splitter import section_sentences

SCENES = "\n".join(
    f"In scene {number} the keeper climbs the stairs once more, trims the wick and writes a line in a long letter."
    for number in range(1, 25)
)
TEXT = f"""The Lantern Keeper is a film of 1961 about a lighthouse and its last keeper.

== Plot ==
{SCENES}

== Cast ==

== Production ==

=== Crew ===
The director was Ada Quill. The music was played by Tomas Reed. The music was recorded by Ines Vale.

=== Markup ===
The strange title card reads <img src=x onerror="document.title='owned'"> **bold** $x^2$ ${{1+1}} {{{{value}}}} Zed.
The filming stopped when the boat that carried the"""
SMALL_WORDS = frozenset(re.findall(r"\w+", "a about an and by did does for in is it of on the to was what when who"))
EXAMPLES = ("Who was the director?", "Who played the music?", "How tall is the lighthouse?")


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold())) - SMALL_WORDS


class FakePipeline:
    model_sha256 = "f0" * 32

    def __init__(self, text: str = TEXT) -> None:
        self.articles = (parse(text, "The_Lantern_Keeper.txt"),)

    def ask(self, question: str, history: Sequence[tuple[str, str]] = (), as_written: bool = False) -> Answer:
        if not as_written:
            question = question.replace("teh", "the")
        if len(question.split()) < 2:
            raise QuestionError(f"A question needs two words, got {question!r}; say a little more.")
        article = self.articles[0]
        if question.startswith("Hello"):
            return Answer(False, "Hello! Ask me anything about the article.", 0.0, question, (), "chat")
        if question.startswith("Sum up"):
            plot = next(section for section in article.sections if section.title == "Plot")
            quotes = [self._cite(article, plot, *span, None) for span in section_sentences(article, plot)[:3]]
            return Answer(True, " ".join(c.text for c in quotes), 0.9, question, tuple(quotes), "overview")
        asked = words(question)
        found = [(section, span) for section in article.sections for span in section_sentences(article, section)]
        shared = [len(asked & words(article.text[slice(*span)])) for _, span in found]
        best = [place for place, count in zip(found, shared, strict=True) if count == max(shared)]
        share = max(shared) / len(asked)
        answered = share >= 0.5 and all(longest_name(article.text[slice(*span)], asked) for _, span in best)
        cited = best if answered else best[:1]
        citations = tuple(self._cite(article, section, *span, asked if answered else None) for section, span in cited)
        return Answer(
            answered=answered,
            text=", ".join(citation.text for citation in citations) if answered else "",
            probability=0.95 * share,
            standalone_question=f"{question} (turns before: {len(history)})" if history else question,
            citations=citations,
        )

    def _cite(self, article: Article, section: Section, start: int, end: int, asked: set[str] | None) -> Citation:
        quote = article.text[start:end]
        first, last = (0, len(quote)) if asked is None else longest_name(quote, asked)
        place = (start + first, start + last, quote[first:last])
        return Citation(article.name, section.title, *place, quote, start, end)


def longest_name(sentence: str, asked: set[str]) -> tuple[int, int] | None:
    """The longest run of words in `sentence` that start with a capital or a figure and are new to the question."""
    tokens = list(re.finditer(r"\w+", sentence))
    runs = []
    for is_new_name, run in groupby(tokens, lambda token: not token[0][0].islower() and bool(words(token[0]) - asked)):
        matches = list(run)
        if is_new_name:
            runs.append((matches[0].start(), matches[-1].end()))
    return max(runs, key=lambda run: run[1] - run[0], default=None)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--wait", action="store_true", help="loading lasts until a line comes in on standard input")
    parser.add_argument("--fail", action="store_true", help="loading fails")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--edited", action="store_true", help="the article has one more sentence than otherwise")
    arguments = parser.parse_args()

    def load() -> FakePipeline:
        if arguments.wait:
            sys.stdin.readline()
        if arguments.fail:
            raise RuntimeError("the <index> is missing")
        return FakePipeline(TEXT + " light went out." if arguments.edited else TEXT)

    serve(load, "127.0.0.1", arguments.port, "Ask the Film", "Questions answered from an invented article.", EXAMPLES)


if __name__ == "__main__":
    main()
