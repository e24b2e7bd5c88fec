"""The settings that every command has: where the articles are, and where their index is kept."""

from pathlib import Path
from typing import Annotated

import typer
from platformdirs import user_cache_path

DEFAULT_SOURCE = Path(__file__).resolve().parent.parent / "source_text"
DEFAULT_INDEX_DIR = user_cache_path("ask-the-film", appauthor=False)

Source = Annotated[
    Path,
    typer.Option(envvar="ASK_THE_FILM_SOURCE", help="The article, a UTF-8 .txt file, or a folder of them."),
]
IndexDir = Annotated[
    Path,
    typer.Option(envvar="ASK_THE_FILM_INDEX_DIR", help="Folder that keeps the built index between runs."),
]
