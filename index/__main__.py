"""python -m index [build | info | search]: the index by itself, and where its errors become messages."""

import logging
import sys
import textwrap
from typing import Annotated

import typer

from index.encoder import Encoder, EncoderError
from index.retriever import Retriever
from index.settings import DEFAULT_INDEX_DIR, DEFAULT_SOURCE, IndexDir, Source
from index.source import SourceError
from index.store import StoreError, index_folder, open_index

cli = typer.Typer(help="Articles, passages, vectors and search.", add_completion=False, no_args_is_help=True)


@cli.command()
def build(source: Source = DEFAULT_SOURCE, index_dir: IndexDir = DEFAULT_INDEX_DIR) -> None:
    """Build the index, or bring it up to date; only passages that are new are embedded."""
    index = open_index(source, index_dir, Encoder(), show_progress=True)
    print(f"{len(index.passages)} passages of {len(index.articles)} article(s) are indexed")


@cli.command()
def info(source: Source = DEFAULT_SOURCE, index_dir: IndexDir = DEFAULT_INDEX_DIR) -> None:
    """Show the articles and where their index is kept; it is built first where it has to be."""
    encoder = Encoder()
    index = open_index(source, index_dir, encoder, show_progress=True)
    print(f"source  {source}")
    print(f"index   {index_folder(source, index_dir)}")
    print(f"model   {encoder.name}, {encoder.dimension} dimensions")
    for article in index.articles:
        count = sum(passage.article == article.name for passage in index.passages)
        print(f"{article.name}: “{article.title}”, {len(article.text):,} characters, {count} passages")


@cli.command()
def search(
    words: Annotated[list[str], typer.Argument(help="A question, or a few words.")],
    count: Annotated[int, typer.Option(min=1, help="How many passages to show.")] = 5,
    source: Source = DEFAULT_SOURCE,
    index_dir: IndexDir = DEFAULT_INDEX_DIR,
) -> None:
    """Show the passages nearest to WORDS, best first: score, article, section, offsets and how the passage begins."""
    encoder = Encoder()
    retriever = Retriever(open_index(source, index_dir, encoder, show_progress=True), encoder)
    question = " ".join(words).encode("utf-8", "replace").decode()  # The shell may hand over bytes that are not UTF-8.
    for hit in retriever.retrieve(question, count):
        passage = hit.passage
        print(f"{hit.score:.4f}  {passage.article}  {passage.section or '(lead)'}  {passage.start}–{passage.end}")
        print(f"        {textwrap.shorten(passage.text, 100, placeholder=' …')}")


def main(arguments: list[str] | None = None) -> None:
    logging.basicConfig(format="%(levelname)s: %(message)s")
    try:
        cli(arguments)
    except (SourceError, StoreError, EncoderError) as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(2) from error


if __name__ == "__main__":
    main()
