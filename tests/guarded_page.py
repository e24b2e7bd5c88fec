"""Serve the page with a fake pipeline and a policy: `python -m tests.guarded_page [--seconds S] [--policy JSON]`.

The pipeline is that of fake_page.py; each question takes S seconds. `--fail` and `--wait` are those of fake_page.
`--article FILE` takes another article, of which every sentence is cited, whatever is asked.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Served:
    url: str
    process: subprocess.Popen


@contextmanager
def served(*arguments: str, module: str = "tests.guarded_page", quiet: bool = True) -> Iterator[Served]:
    """A page, served by a process of its own for as long as the block runs; what it says on stderr fails the test."""
    from visitor import opened  # a bare name that pytest knows, and `python -m tests.guarded_page` does not

    command = [sys.executable, "-m", module, *arguments]
    with TemporaryFile("w+") as errors:
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stdin=subprocess.PIPE, stderr=errors,
                                   text=True)
        with process:
            try:
                line = process.stdout.readline()
                if line.startswith("Open "):
                    yield Served(opened(line.split()[1]), process)
            finally:
                process.kill()
        errors.seek(0)
        said = errors.read()
    assert line.startswith("Open "), f"the page did not start: {said}"
    assert not (quiet and said), said


def main() -> None:
    from app.answer import Answer, Citation
    from app.web.policy import Policy
    from app.web.server import serve
    from index.article import Article, parse
    from index.splitter import section_sentences
    from tests.fake_page import EXAMPLES, FakePipeline

    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=0)
    parser.add_argument("--policy", type=json.loads, default={})
    parser.add_argument("--wait", action="store_true")
    parser.add_argument("--fail", action="store_true")
    parser.add_argument("--article", type=Path)
    arguments = parser.parse_args()

    class SlowPipeline(FakePipeline):
        def ask(self, question: str, history: Sequence[tuple[str, str]] = (), as_written: bool = False) -> Answer:
            time.sleep(arguments.seconds)
            return super().ask(question, history, as_written)

    class CitesAll:
        def __init__(self, article: Article) -> None:
            self.articles = (article,)

        def ask(self, question: str, history: Sequence[tuple[str, str]] = (), as_written: bool = False) -> Answer:
            article = self.articles[0]
            places = [(section, *span) for section in article.sections for span in section_sentences(article, section)]
            citations = tuple(
                Citation(article.name, section.title, start, end, article.text[start:end], article.text[start:end],
                         start, end)
                for section, start, end in places
            )
            words = "; ".join(citation.text for citation in citations)
            return Answer(True, words, 0.95, f"{question} (in full)", citations)

    def load() -> SlowPipeline | CitesAll:
        if arguments.wait:
            sys.stdin.readline()
        if arguments.fail:
            raise RuntimeError("no index here")
        if arguments.article:
            return CitesAll(parse(arguments.article.read_text("utf-8"), arguments.article.name))
        return SlowPipeline()

    serve(load, "127.0.0.1", 0, "Ask the Film", "An invented article.", EXAMPLES, Policy(**arguments.policy))


if __name__ == "__main__":
    main()
