"""Serve the page: the address first, then the page and the models in the background."""

import asyncio
import contextlib
import logging
import socket
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from html import escape
from ipaddress import ip_address
from pathlib import Path
from string import Template
from threading import Thread
from typing import TYPE_CHECKING

import uvicorn
from fastapi import FastAPI, Response
from fastapi.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from app.web.guard import Guard
from app.web.policy import Policy

if TYPE_CHECKING:
    import gradio as gr

    from app.pipeline import Pipeline

OPENING = Template((Path(__file__).parent / "opening.html").read_text("utf-8"))
STYLES = sorted(Path(__file__).parent.glob("*.css"))

TABS_REMEMBERED = 32
"""Gradio notes for each tab what it shows, some 60 kB, and makes that anew for a tab that it has forgotten."""

logger = logging.getLogger(__name__)


class AddressError(OSError):
    """The page cannot be served at the host and port asked for."""


def load_in_background(load: "Callable[[], Pipeline]") -> "Future[Pipeline]":
    """Run `load` in a thread. What it raises is logged, and raised again by the future's `result()`."""
    loading: Future[Pipeline] = Future()
    loading.set_running_or_notify_cancel()  # a tab that closes while it waits must not cancel it for the others

    def run() -> None:
        try:
            loading.set_result(load())
        except Exception as error:
            # These say what to do; where the others come from is for whoever mends the program.
            told = isinstance(error, OSError | ValueError | RuntimeError)
            logger.error("loading failed: %s", error, exc_info=not told)
            loading.set_exception(error)

    Thread(target=run, daemon=True, name="load").start()
    return loading


class GuardedApp:
    """The page behind its guard, with `/health` and `/ready`; says `Open ADDRESS` once it is being served.

    An ASGI app. Gradio takes seconds to import, so `build` makes the page while `opening` is shown in its place;
    `failure` is what it raised. `/health` answers while the process does; `/ready` only while questions can be
    answered.
    """

    def __init__(
        self, build: "Callable[[], gr.Blocks]", loading: "Future[Pipeline]", address: str, policy: Policy, opening: str
    ) -> None:
        @contextlib.asynccontextmanager
        async def lifespan(_: FastAPI) -> AsyncIterator[None]:
            async with contextlib.AsyncExitStack() as stack:
                task = asyncio.create_task(self._open(build, policy, stack))
                print(f"Open {address}", flush=True)
                yield
                task.cancel()

        own = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)

        @own.get("/")
        async def opening_page() -> HTMLResponse:
            return HTMLResponse(opening)

        @own.api_route("/health", methods=["GET", "HEAD"])
        async def health() -> dict[str, str]:
            return {"status": "ok"}

        @own.api_route("/ready", methods=["GET", "HEAD"])
        async def ready(response: Response) -> dict[str, str]:
            status = self._status()
            if status != "ready":
                response.status_code = 503
            return {"status": status}

        self._own = own
        self._page: ASGIApp = own
        self._functions: dict[int, int] = {}
        self.guard = Guard(self._dispatch, policy, self._functions)
        self.guard.opening = True
        self.failure: Exception | None = None
        self._loading = loading

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.guard(scope, receive, send)

    @property
    def loaded(self) -> bool:
        return self._loading.done() and self._loading.exception() is None

    async def _dispatch(self, scope: Scope, receive: Receive, send: Send) -> None:
        own = scope["type"] == "lifespan" or scope["path"] in ("/health", "/ready")
        await (self._own if own else self._page)(scope, receive, send)

    async def _open(
        self, build: "Callable[[], gr.Blocks]", policy: Policy, stack: contextlib.AsyncExitStack
    ) -> None:
        try:
            page = await asyncio.to_thread(build)
            mounted = await asyncio.to_thread(_mounted, page, policy)
            await stack.enter_async_context(mounted.router.lifespan_context(mounted))
        except Exception as error:
            self.failure = error
            return
        self._functions.update({number: len(fn.inputs) for number, fn in page.fns.items() if fn.fn})
        self._page = mounted
        self.guard.opening = False

    def _status(self) -> str:
        if self.guard.closing:
            return "closing"
        if self.guard.opening or not self._loading.done():
            return "loading"
        return "ready" if self.loaded else "failed"


def _mounted(page: "gr.Blocks", policy: Policy) -> FastAPI:
    """`page` as an app of its own, with what Gradio offers beside it switched off."""
    import gradio as gr

    from app.web.theme import THEME

    page.state_session_capacity = TABS_REMEMBERED
    return gr.mount_gradio_app(
        FastAPI(docs_url=None, redoc_url=None, openapi_url=None),
        page.queue(api_open=False, max_size=policy.queue_size),
        path="/",
        theme=THEME,
        css_paths=STYLES,
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        mcp_server=False,
        pwa=False,
        enable_monitoring=False,
    )


class Server(uvicorn.Server):
    """On Ctrl-C or SIGTERM takes no more questions, waits for the answers under way, and ends.

    So it does where the page cannot be opened. A second Ctrl-C ends it at once. The connections that open tabs hold
    would never end by themselves, so they are ended, quietly.
    """

    def __init__(self, config: uvicorn.Config, app: GuardedApp, grace_seconds: float) -> None:
        super().__init__(config)
        self._app = app
        self._grace_seconds = grace_seconds

    async def on_tick(self, counter: int) -> bool:
        return self._app.failure is not None or await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        guard = self._app.guard
        guard.closing = True
        until = time.monotonic() + self._grace_seconds
        # Before the models are loaded, what is waited for may never come.
        while guard.answering and self._app.loaded and time.monotonic() < until and not self.force_exit:
            await asyncio.sleep(0.05)
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
    load: "Callable[[], Pipeline]",
    host: str,
    port: int,
    title: str,
    tagline: str,
    examples: Sequence[str] = (),
    policy: Policy | None = None,
) -> None:
    """Serve the page until Ctrl-C. `load` runs in the background while the page is already there.

    Raises AddressError, before anything is loaded, where the address cannot be had, and RuntimeError where the page
    cannot be made.
    """

    def build() -> "gr.Blocks":
        from app.web.page import build_page

        return build_page(loading, title, tagline, examples)

    policy = policy or Policy()
    # Ctrl-C before the server has taken over the signals, and after it has handed them back, comes as an exception.
    with listen(host, port) as listener, contextlib.suppress(KeyboardInterrupt):
        loading = load_in_background(load)
        name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
        # A name that the page is served on is one that it may be asked for.
        policy = replace(policy, public_hosts=(*policy.public_hosts, *([] if _is_address(host) else [host])))
        opening = OPENING.substitute(title=escape(title), tagline=escape(tagline))
        app = GuardedApp(build, loading, f"http://{name}:{listener.getsockname()[1]}", policy, opening)
        config = uvicorn.Config(
            app,
            log_level="warning",
            server_header=False,
            timeout_graceful_shutdown=1,
            forwarded_allow_ips=policy.trusted_proxy,
        )
        Server(config, app, policy.grace_seconds).run(sockets=[listener])
        if app.failure:
            raise RuntimeError(f"the page cannot be opened: {app.failure!r}") from app.failure


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
