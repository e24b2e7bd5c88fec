"""The one table of settings: each is an option of the command line and an environment variable, typed, with its help.

An option wins over the environment variable, which wins over the default in the command's signature.
"""

from typing import Annotated

import typer

from index.settings import IndexDir, Source

__all__ = ["DEFAULT_HOST", "DEFAULT_PORT", "Host", "IndexDir", "Port", "ReaderName", "Source"]

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 7860

ReaderName = Annotated[
    str,
    typer.Option(
        "--reader",
        envvar="ASK_THE_FILM_READER",
        help="Another extractive reader in the transformers layout, a folder or a name on the hub.",
    ),
]
Host = Annotated[str, typer.Option(envvar="ASK_THE_FILM_HOST", help="Address that the page is served on.")]
Port = Annotated[
    int,
    typer.Option(envvar="ASK_THE_FILM_PORT", help="Port of the page; 0 takes a free one."),
]
