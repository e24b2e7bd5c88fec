"""Serve the page: the address first, then the page, and the models in the background."""

import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import gradio as gr
import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.page import build_page
from app.web.theme import THEME

if TYPE_CHECKING:
    from app.pipeline import Pipeline

STYLES = sorted(Path(__file__).parent.glob("*.css"))

# What the browser may load, whatever Gradio's own files ask for: this server's files and nothing else. Gradio compiles
# its templates in the browser, hence 'unsafe-eval', and has inline scripts and styles.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'none'; "
    "frame-ancestors 'self'"
)
# The page sends questions to the queue and says when a tab stops waiting. Gradio's other ways in (uploads, calls past
# the queue) are closed: nothing here uses them.
POSTS = ("/gradio_api/queue/join", "/gradio_api/cancel", "/gradio_api/reset")
MAX_BODY_BYTES = 64 * 1024

logger = logging.getLogger(__name__)


class AddressError(OSError):
    """The page cannot be served at the host and port asked for."""


class Guard:
    """ASGI middleware: refuses what the page never sends, and adds the content security policy to what it answers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = _refusal(scope)
        if refusal:
            await send({"type": "http.response.start", "status": refusal, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body", "body": b""})
            return

        async def send_with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                policy = (b"content-security-policy", CONTENT_SECURITY_POLICY.encode())
                message["headers"] = [*message["headers"], policy]
            await send(message)

        await self._app(scope, receive, send_with_policy)


def _refusal(scope: Scope) -> int:
    """The HTTP status that refuses this request, or 0 to let it pass."""
    if scope["method"] in ("GET", "HEAD"):
        return 0
    if scope["method"] != "POST" or scope["path"].rstrip("/") not in POSTS:
        return 405
    length = dict(scope["headers"]).get(b"content-length", b"")
    if not length.isdigit():
        return 411
    return 413 if int(length) > MAX_BODY_BYTES else 0


def load_in_background(load: "Callable[[], Pipeline]") -> "Future[Pipeline]":
    """Run `load` in a thread. What it raises is logged, and raised again by the future's `result()`."""
    loading: Future[Pipeline] = Future()
    loading.set_running_or_notify_cancel()  # a tab that closes while it waits must not cancel it for the others

    def run() -> None:
        try:
            loading.set_result(load())
        except Exception as error:
            logger.exception("loading failed")
            loading.set_exception(error)

    Thread(target=run, daemon=True, name="load").start()
    return loading


def build_app(page: gr.Blocks, address: str) -> FastAPI:
    """The guarded page as an ASGI app that prints its address once it is being served."""

    @contextlib.asynccontextmanager
    async def announce(_: FastAPI) -> AsyncIterator[None]:
        print(f"Open {address}", flush=True)
        yield

    app = FastAPI(lifespan=announce, docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(Guard)
    return gr.mount_gradio_app(
        app,
        page.queue(api_open=False),
        path="/",
        theme=THEME,
        css_paths=STYLES,
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        mcp_server=False,
        pwa=False,
    )


class Server(uvicorn.Server):
    """Ends open connections a second after Ctrl-C, quietly: each open tab holds one that would never end by itself."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        await super().shutdown(sockets)


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens at the address; port 0 is any free one. Raises AddressError."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        raise AddressError(
            f"cannot serve at {host}:{port}: {error}. The host must be this machine's, and the port free and "
            f"at most 65535; stop the program that uses it, or choose another with --port or --host"
        ) from error


def serve(
    load: "Callable[[], Pipeline]", host: str, port: int, title: str, tagline: str, examples: Sequence[str] = ()
) -> None:
    """Serve the page until Ctrl-C. `load` runs in the background while the page is already there.

    Raises AddressError, before anything is loaded, where the address cannot be had.
    """
    # Ctrl-C before the server has taken over the signals, and after it has handed them back, comes as an exception.
    with listen(host, port) as listener, contextlib.suppress(KeyboardInterrupt):
        page = build_page(load_in_background(load), title, tagline, examples)
        name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
        app = build_app(page, f"http://{name}:{listener.getsockname()[1]}")
        Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1)).run(sockets=[listener])
