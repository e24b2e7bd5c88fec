"""python -m app [serve | ask | evaluate | feedback]: the composition root, and where errors become messages."""

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
    ReaderName,
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
    "What does the main character do for a living?",
)
"""Questions that suit most films."""
TAGLINE = "Ask in plain words. Every answer is the article's own, and marked where it stands."


@cli.command()
def serve(
    source: Source = DEFAULT_SOURCE,
    index_dir: IndexDir = DEFAULT_INDEX_DIR,
    reader: ReaderName = "",
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

    serve_page(lambda: load_pipeline(source, index_dir, reader), host, port, TITLE, TAGLINE, EXAMPLES, policy)


@cli.command()
def ask(
    question: Annotated[list[str] | None, typer.Argument(help="The question, in plain words.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    as_jsonl: Annotated[
        bool, typer.Option("--jsonl", help="Answer standard input, one JSON object a line, to standard output.")
    ] = False,
    source: Source = DEFAULT_SOURCE,
    index_dir: IndexDir = DEFAULT_INDEX_DIR,
    reader: ReaderName = "",
) -> None:
    """Answer one question, or a file of them."""
    from app.answer import QuestionError
    from app.lines import answer_lines, dump, to_json

    if as_jsonl == bool(question):
        raise typer.BadParameter('give either one QUESTION, as in ask "Who wrote it?", or --jsonl with lines to read')
    pipeline = load_pipeline(source, index_dir, reader, show_progress=True)
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
    refused = not answer.answered and answer.kind != "chat"
    print("The article does not say. The nearest passage:" if refused else answer.text)
    for citation in answer.citations:
        section = f"{citation.section}, " if citation.section else ""
        print(f"\n  “{citation.quote}”\n  {citation.article}, {section}{citation.start}–{citation.end}")
    if answer.answered and answer.kind == "fact":
        print(f"\n{int(100 * answer.probability)}% sure")


@cli.command()
def evaluate(
    file: Annotated[Path, typer.Argument(help="Reading records, .jsonl or .jsonl.gz; a context is a whole article.")],
    source: Source = DEFAULT_SOURCE,
    index_dir: IndexDir = DEFAULT_INDEX_DIR,
    reader: ReaderName = "",
    failures: Annotated[bool, typer.Option("--failures", help="Print what went wrong, one object a line.")] = False,
    rough: Annotated[bool, typer.Option("--rough", help="In lower case, without marks, with a slip each.")] = False,
    whole: Annotated[bool, typer.Option("--whole", help="Of all contexts of a record's group as one article.")] = False,
    another: Annotated[bool, typer.Option("--another", help="Of the next group's article: nothing answers.")] = False,
) -> None:
    """Ask every question of a file, with its history, and print the figures.

    A record without a context is asked of --source. A file of dialogues is asked turn by turn, with the program's own
    answers as the history; a file of rewrites is compared with them.
    """
    from app.conversing import converse, summarise_turns
    from app.dialogues import kind_of, read_dialogues
    from app.evaluation import ask_all, of_another_article, of_whole_articles, summarise, typed_roughly
    from app.lines import dump, to_json
    from app.reader.records import read_records
    from app.rewriting import compare, read_rewrites

    kind = kind_of(file)
    if kind == "rewrites":
        print(dump(compare(read_rewrites(file))))
        return
    pipeline = load_pipeline(source, index_dir, reader)
    if kind == "dialogues":
        turns = list(converse(read_dialogues(file), pipeline))
        for outcome in turns if failures else ():
            if not outcome.right:
                golds = [gold.text for gold in outcome.turn.golds]
                print(dump({"asked": outcome.turn.question, "meant": outcome.turn.standalone, "golds": golds,
                            "history": outcome.history} | to_json(outcome.answer, outcome.seconds)))
        print(dump(summarise_turns(turns)))
        return
    records = read_records(file)
    for wanted, changed in ((whole, of_whole_articles), (another, of_another_article), (rough, typed_roughly)):
        records = changed(records) if wanted else records
    outcomes = list(ask_all(records, pipeline))
    if failures:
        for outcome in outcomes:
            if not outcome.right:
                golds = [gold.text for gold in outcome.record.golds]
                print(dump({"asked": outcome.record.typed, "golds": golds, "best": outcome.best}
                           | to_json(outcome.answer, outcome.seconds)))
    print(dump(summarise(outcomes)))


@cli.command()
def feedback() -> None:
    """Summarise the thumbs up and down that were given on the page: one JSON object."""
    from app.feedback import feedback_folder, read, summarise
    from app.lines import dump

    print(dump({"folder": str(feedback_folder())} | summarise(read(feedback_folder()))))


def load_pipeline(source: Path, index_dir: Path, reader_name: str = "", show_progress: bool = False) -> "Pipeline":
    """Everything that a question needs, loaded: reader, calibration, encoder and index."""
    from app.pipeline import Pipeline
    from app.reader.choice import open_reader
    from app.routing import Router
    from index.encoder import Encoder
    from index.store import open_index

    encoder = Encoder()
    router = Router(encoder)
    reader, calibration = open_reader(reader_name)
    # Before the encoder, which tells the libraries that they are offline: another reader may come from a hub.
    reader.load()
    encoder.load()
    router.load()
    index = open_index(source, index_dir, encoder, show_progress)
    return Pipeline(index, encoder, reader, calibration, router)


def main() -> None:
    """Run the command line: `serve` is understood where no command is named."""
    arguments = sys.argv[1:]
    commands = {command.callback.__name__ for command in cli.registered_commands}
    if not arguments or (arguments[0] not in commands and arguments[0] != "--help"):
        arguments = ["serve", *arguments]
    # Whatever the locale: what is printed may be read as a file, and an article may hold any letter.
    sys.stdout.reconfigure(encoding="utf-8")
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    try:
        cli(arguments, prog_name="python -m app")
    except (OSError, ValueError, RuntimeError) as error:
        raise SystemExit(f"error: {error}") from error


if __name__ == "__main__":
    main()
