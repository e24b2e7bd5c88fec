"""The guard in front of Gradio: what is not on its list, too big, too often or from elsewhere does not get through."""

import asyncio
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from fastapi.responses import JSONResponse, PlainTextResponse, Response
from pydantic import BaseModel
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.headers import passed_on, strict
from app.web.messages import SESSION, Cancel, Join, MessageError, Reset, cleaned
from app.web.policy import Limiter, Policy, client_key, credentials_right, host_allowed, origin_allowed

BODY_SECONDS = 10
DISCARDED_BYTES = 4_000_000
"""So much of a body that is too long is read and dropped before it is refused."""
STREAMS_PER_CLIENT = 200
"""Open event streams; a tab holds one, and a second while it waits for an answer."""


@dataclass(frozen=True)
class Route:
    """One thing the page asks for: the only requests that are answered. `body` is what a POST must hold."""

    method: str
    path: str
    body: type[BaseModel] | None = None
    stream: bool = False
    open: bool = False
    keep: bool = False
    """`open` needs no password; `keep` may be stored by the browser."""


_FILE = r"[\w-]+(\.[\w-]+)+"

# Found by watching a browser. Gradio has some sixty more: uploads, calls past the queue, a proxy, monitoring, ….
# After the server was restarted, a tab asks for app_id to find out that it must load the page again.
ROUTES = (
    Route("GET", "/"),
    Route("GET", "/health", open=True),
    Route("GET", "/ready", open=True),
    Route("GET", rf"/assets/{_FILE}", keep=True),
    Route("GET", rf"/static/(js|fonts|img)/([\w-]+/)*{_FILE}", keep=True),
    Route("GET", r"/theme\.css", keep=True),
    Route("GET", r"/favicon\.ico", keep=True),
    Route("GET", r"/robots\.txt"),
    Route("GET", "/gradio_api/app_id"),
    Route("GET", rf"/gradio_api/heartbeat/{SESSION}", stream=True),
    Route("GET", "/gradio_api/queue/data", stream=True),
    Route("POST", "/gradio_api/queue/join", Join),
    Route("POST", "/gradio_api/cancel", Cancel),
    Route("POST", "/gradio_api/reset", Reset),
)
_COMPILED = tuple((re.compile(route.path, re.ASCII), route) for route in ROUTES)
_ANSWERS = "/gradio_api/queue/data"


class Refusal(Exception):
    """The request is answered by the guard alone, with this status."""

    def __init__(self, status: int, message: str, **headers: object) -> None:
        super().__init__(message)
        self.status = status
        self.headers = {name.replace("_", "-"): str(value) for name, value in headers.items()}


class Guard:
    """ASGI middleware. Answers what it refuses itself; cleans what it lets through, both ways.

    `functions` has the number of each listener and how many values it takes. `answering` counts the streams that wait
    for an answer; with `opening` or `closing` set, no questions are taken.
    """

    def __init__(self, app: ASGIApp, policy: Policy, functions: Mapping[int, int]) -> None:
        self.opening = False
        self.closing = False
        self.answering = 0
        self._app = app
        self._policy = policy
        self._functions = functions
        self._limiter = Limiter(policy.rate_limit)
        self._streams: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)
        else:  # a WebSocket: the page opens none
            await send({"type": "websocket.close", "code": 1008})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        client, is_stream = client_key(_client(scope)), False
        try:
            route = self._admitted(scope)
            # Before the body is there: one that is held back must not hide a stream from the count.
            is_stream = route.stream
            self._streams[client] += is_stream
            body = await self._body(route, receive)
            waits = scope["path"] == _ANSWERS
            self.answering += waits
            try:
                await self._pass_on(route, body, scope, receive, send)
            finally:
                self.answering -= waits
        except Refusal as refusal:
            await _answer(refusal, scope["method"])(scope, receive, send)
        finally:
            self._streams[client] -= is_stream
            if not self._streams[client]:
                del self._streams[client]

    def _admitted(self, scope: Scope) -> Route:
        """The request's route. Raises Refusal."""
        headers, client, policy = Headers(scope=scope), _client(scope), self._policy
        host = headers.get("host", "")
        if len(headers.getlist("host")) != 1 or not host_allowed(host, policy.public_hosts, _own_address(scope)):
            raise Refusal(421, "This server does not answer for that host; its owner can name it with --public-host.")
        for origin in headers.getlist("origin"):
            if not origin_allowed(origin, host, policy.public_hosts):
                raise Refusal(403, "Another site's pages may not use this server.")
        wait = (self._limiter.message if scope["method"] == "POST" else self._limiter.file)(client)
        if wait:
            raise Refusal(429, f"Too many requests at once. Please try again in {wait} seconds.", retry_after=wait)
        route = _route(scope["method"], scope["path"])
        if policy.user and not route.open:
            self._log_in(headers.get("authorization", ""), client)
        if route.stream and self._streams[client_key(client)] >= STREAMS_PER_CLIENT:
            raise Refusal(429, "Too many tabs are open on this page. Please close some.", retry_after=10)
        if route.body is Join and self.opening:
            raise Refusal(503, "The page is still being opened. Please try again in a moment.", retry_after=2)
        if route.body is Join and self.closing:
            raise Refusal(503, "The server is being restarted. Please try again in a minute.", retry_after=60)
        return route

    def _log_in(self, authorization: str, client: str) -> None:
        wait = self._limiter.login_barred(client)
        if not wait and credentials_right(authorization, self._policy.user, self._policy.password):
            return
        if not wait and authorization:  # a browser's first request, which has none yet, is no guess
            self._limiter.failed_login(client)
        if wait:
            raise Refusal(429, f"Too many wrong passwords. Please try again in {wait} seconds.", retry_after=wait)
        raise Refusal(401, "A user name and a password are needed.", www_authenticate='Basic realm="Ask the Film"')

    async def _body(self, route: Route, receive: Receive) -> bytes:
        """The request's whole body, checked and cleaned. Raises Refusal."""
        body, length, limit = b"", 0, self._policy.max_body_bytes if route.body else 0
        try:
            async with asyncio.timeout(BODY_SECONDS):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise Refusal(400, "The request broke off.")
                    length += len(message.get("body", b""))
                    if length <= limit:
                        body += message.get("body", b"")
                    # A client that is still sending would lose the refusal with its connection.
                    if not message.get("more_body") or length > limit + DISCARDED_BYTES:
                        break
        except TimeoutError:
            raise Refusal(408, f"The request did not end within {BODY_SECONDS} seconds.", connection="close") from None
        if length > limit:
            raise Refusal(413, "This is too long. Please ask a shorter question.", connection="close")
        try:
            return cleaned(body, route.body, self._functions) if route.body else b""
        except MessageError as error:
            raise Refusal(422, str(error)) from error

    async def _pass_on(self, route: Route, body: bytes, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the app with a request made of what it may see, and its answer with strict headers."""
        is_page = route.path == "/"
        headers = passed_on(scope["headers"], without=b"accept-encoding" if is_page else b"")
        if route.body:
            headers = [header for header in headers if header[0].lower() != b"content-type"]
            headers += [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        inner = scope | {"headers": headers}
        if is_page:  # Gradio would put parts of the query into the page; the page's own script reads it in the browser
            inner["query_string"] = b""
        given = False

        async def receive_cleaned() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        held: list[Message] = []

        async def send_strict(message: Message) -> None:
            if is_page:  # its policy names its inline scripts' hashes, so the headers wait for the whole of it
                held.append(message)
                if message["type"] == "http.response.body" and not message.get("more_body"):
                    html = b"".join(part.get("body", b"") for part in held)
                    held[0]["headers"] = strict(held[0]["headers"], html)
                    for part in held:
                        await send(part)
                return
            if message["type"] == "http.response.start":
                keep = route.keep and message["status"] in (200, 304)
                message["headers"] = strict(message["headers"], keep=keep)
            await send(message)

        await self._app(inner, receive_cleaned, send_strict)


def _route(method: str, path: str) -> Route:
    """The route of a request. Raises Refusal."""
    at_path = [route for pattern, route in _COMPILED if pattern.fullmatch(path)]
    if not at_path:
        raise Refusal(404, "There is nothing here.")
    for route in at_path:
        if method == route.method or (method == "HEAD" and route.method == "GET" and not route.stream):
            return route
    raise Refusal(405, "This is not how to ask for it.", allow=", ".join(route.method for route in at_path))


def _answer(refusal: Refusal, method: str) -> Response:
    """What was asked is never echoed. To a POST it is JSON, whose `detail` Gradio's script shows the visitor."""
    if method == "POST":
        response = JSONResponse({"detail": str(refusal)}, refusal.status, refusal.headers)
    else:
        response = PlainTextResponse(f"{refusal}\n", refusal.status, refusal.headers)
    response.raw_headers = strict(response.raw_headers)
    return response


def _client(scope: Scope) -> str:
    return (scope.get("client") or ("", 0))[0]


def _own_address(scope: Scope) -> str:
    """The address that the connection came in at."""
    return (scope.get("server") or ("", 0))[0]
