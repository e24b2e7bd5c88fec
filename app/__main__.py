"""python -m app [serve | ask | evaluate]: the composition root, and where errors become messages."""

import logging
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.settings import (
    DEFAULT_HOST,
    DEFAULT_PORT,
    GraceSeconds,
    Host,
    IndexDir,
    MaxBodyBytes,
    Password,
    Port,
    PublicHost,
    QueueSize,
    RateLimit,
    Source,
    TrustedProxy,
    User,
)
from app.web.policy import Policy
from index.settings import DEFAULT_INDEX_DIR, DEFAULT_SOURCE

if TYPE_CHECKING:
    from app.pipeline import Pipeline

cli = typer.Typer(help="Ask an article, and read the words that answer.", add_completion=False)
logger = logging.getLogger(__name__)

TITLE = "Ask the Film"
EXAMPLES = (
    "Who directed the film?",
    "What is it based on?",
    "Who wrote the novel?",
    "When was it released nationwide?",
    "Which awards did it win?",
    "What does the main character do for a living?",
)
"""Questions that suit most films."""
TAGLINE = "Ask in plain words. Every answer is the article's own, and marked where it stands."


@cli.command()
def serve(
    source: Source = DEFAULT_SOURCE,
    index_dir: IndexDir = DEFAULT_INDEX_DIR,
    host: Host = DEFAULT_HOST,
    port: Port = DEFAULT_PORT,
    public_host: PublicHost = Policy.public_hosts,
    rate_limit: RateLimit = Policy.rate_limit,
    queue_size: QueueSize = Policy.queue_size,
    max_body_bytes: MaxBodyBytes = Policy.max_body_bytes,
    grace_seconds: GraceSeconds = Policy.grace_seconds,
    trusted_proxy: TrustedProxy = Policy.trusted_proxy,
    user: User = Policy.user,
    password: Password = Policy.password,
) -> None:
    """Serve the page; this is what happens without a command."""
    policy = Policy(
        public_host, rate_limit, queue_size, max_body_bytes, grace_seconds, trusted_proxy, user, password
    )
    from app.web.server import serve as serve_page

    serve_page(lambda: load_pipeline(source, index_dir), host, port, TITLE, TAGLINE, EXAMPLES, policy)


@cli.command()
def ask(
    question: Annotated[list[str] | None, typer.Argument(help="The question, in plain words.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    as_jsonl: Annotated[
        bool, typer.Option("--jsonl", help="Answer standard input, one JSON object a line, to standard output.")
    ] = False,
    source: Source = DEFAULT_SOURCE,
    index_dir: IndexDir = DEFAULT_INDEX_DIR,
) -> None:
    """Answer one question, or a file of them."""
    from app.answer import QuestionError
    from app.lines import answer_lines, dump, to_json

    if as_jsonl == bool(question):
        raise typer.BadParameter('give either one QUESTION, as in ask "Who wrote it?", or --jsonl with lines to read')
    pipeline = load_pipeline(source, index_dir, show_progress=True)
    if as_jsonl:
        for line in answer_lines(sys.stdin.buffer, pipeline):
            print(line, flush=True)
        return
    started = time.perf_counter()
    try:
        answer = pipeline.ask(" ".join(question))
    except QuestionError as error:
        raise typer.BadParameter(str(error)) from error
    if as_json:
        print(dump(to_json(answer, time.perf_counter() - started)))
        return
    print(answer.text if answer.answered else "The article does not say. The nearest passage:")
    for citation in answer.citations:
        section = f"{citation.section}, " if citation.section else ""
        print(f"\n  “{citation.quote}”\n  {citation.article}, {section}{citation.start}–{citation.end}")
    if answer.answered:
        print(f"\n{answer.probability:.0%} sure")


@cli.command()
def evaluate(
    file: Annotated[Path, typer.Argument(help="Reading records, .jsonl or .jsonl.gz; a context is a whole article.")],
    source: Source = DEFAULT_SOURCE,
    index_dir: IndexDir = DEFAULT_INDEX_DIR,
    failures: Annotated[bool, typer.Option("--failures", help="Print what went wrong, one object a line.")] = False,
) -> None:
    """Ask every question of a file, with its history, and print the figures.

    A record without a context is asked of --source.
    """
    from app.evaluation import ask_all, summarise
    from app.lines import dump, to_json
    from app.reader.records import read_records

    records = read_records(file)
    outcomes = list(ask_all(records, load_pipeline(source, index_dir)))
    if failures:
        for outcome in outcomes:
            if not outcome.right:
                golds = [gold.text for gold in outcome.record.golds]
                print(dump({"asked": outcome.record.typed, "golds": golds, "best": outcome.best}
                           | to_json(outcome.answer, outcome.seconds)))
    print(dump(summarise(outcomes)))


def load_pipeline(source: Path, index_dir: Path, show_progress: bool = False) -> "Pipeline":
    """Everything that a question needs, loaded: encoder, index, reader and calibration."""
    from app.pipeline import Pipeline
    from app.reader.calibration import load_calibration
    from app.reader.model import WEIGHTS, Reader
    from index.encoder import Encoder
    from index.store import open_index

    # The encoder last: it takes seconds, and what is missing should be named before them.
    calibration, reader, encoder = load_calibration(WEIGHTS), Reader(), Encoder()
    reader.load()
    encoder.load()
    index = open_index(source, index_dir, encoder, show_progress)
    return Pipeline(index, encoder, reader, calibration)


def main() -> None:
    """Run the command line: `serve` is understood where no command is named."""
    arguments = sys.argv[1:]
    commands = {command.callback.__name__ for command in cli.registered_commands}
    if not arguments or (arguments[0] not in commands and arguments[0] != "--help"):
        arguments = ["serve", *arguments]
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    try:
        cli(arguments, prog_name="python -m app")
    except (OSError, ValueError, RuntimeError) as error:
        raise SystemExit(f"error: {error}") from error


if __name__ == "__main__":
    main()
