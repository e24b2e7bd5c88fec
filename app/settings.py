"""The one table of settings: each is an option of the command line and an environment variable, typed, with its help.

An option wins over the environment variable, which wins over the default in the command's signature.
"""

from typing import Annotated

import typer

from index.settings import IndexDir, Source

__all__ = [
    "DEFAULT_HOST",
    "DEFAULT_PORT",
    "GraceSeconds",
    "Host",
    "IndexDir",
    "MaxBodyBytes",
    "Password",
    "Port",
    "PublicHost",
    "QueueSize",
    "RateLimit",
    "ReaderName",
    "Source",
    "TrustedProxy",
    "User",
]

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
PublicHost = Annotated[
    list[str],
    typer.Option(
        envvar="ASK_THE_FILM_PUBLIC_HOST",
        help="Name that visitors reach the page by; repeatable, or with spaces between in the variable.",
    ),
]
RateLimit = Annotated[
    str,
    typer.Option(
        envvar="ASK_THE_FILM_RATE_LIMIT",
        help="Questions and clicks that one address may send, as 120/minute or 5/second;90/minute.",
    ),
]
QueueSize = Annotated[
    int,
    typer.Option(envvar="ASK_THE_FILM_QUEUE_SIZE", help="Questions that may wait; who comes later is told it is busy."),
]
MaxBodyBytes = Annotated[
    int,
    typer.Option(envvar="ASK_THE_FILM_MAX_BODY_BYTES", help="Longest body of a request."),
]
GraceSeconds = Annotated[
    int,
    typer.Option(envvar="ASK_THE_FILM_GRACE_SECONDS", help="How long a stop waits for answers that are under way."),
]
TrustedProxy = Annotated[
    str,
    typer.Option(
        envvar="ASK_THE_FILM_TRUSTED_PROXY",
        help="Addresses of proxies that say in X-Forwarded-For whom they ask for, with commas between.",
    ),
]
User = Annotated[str, typer.Option(envvar="ASK_THE_FILM_USER", help="Name that visitors log in with; empty: no login.")]
Password = Annotated[
    str,
    typer.Option(envvar="ASK_THE_FILM_PASSWORD", help="Their password; the variable keeps it out of process lists."),
]
