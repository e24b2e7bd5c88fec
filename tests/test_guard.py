"""The guard in front of an app that tells what reached it."""

import asyncio
import json
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from app.web import guard as guard_module
from app.web.guard import ROUTES, Guard
from app.web.policy import Limiter, Policy, PolicyError, host_allowed, origin_allowed

JOIN = "/gradio_api/queue/join"
MESSAGE = {"data": ["Who?", None], "fn_index": 0, "trigger_id": 9, "session_hash": "abc123"}
PAGE = b"<html><script>first()</script><script type=module src=x.js></script><script>\nsecond()</script></html>"


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers a POST with what reached it, and the page with two inline scripts."""
    body = (await receive())["body"]
    seen = {name.decode(): value.decode() for name, value in scope["headers"]}
    told = PAGE if scope["path"] == "/" else json.dumps(
        {"headers": seen, "body": body.decode(), "query": scope["query_string"].decode()}
    ).encode()
    headers = [(b"content-type", b"text/html"), (b"x-frame-options", b"ALLOWALL")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": told})


def client_of(**settings: object) -> httpx.AsyncClient:
    guard = Guard(echo, Policy(**settings), functions={0: 2, 1: 2})
    transport = httpx.ASGITransport(guard, client=("203.0.113.1", 1))
    return httpx.AsyncClient(transport=transport, base_url="http://localhost:7860")


def call(method: str, path: str, times: int = 1, settings: dict | None = None, **options: object) -> httpx.Response:
    async def go() -> httpx.Response:
        async with client_of(**(settings or {})) as client:
            for _ in range(times):
                response = await client.request(method, path, **options)
            return response

    return asyncio.run(go())


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/assets/index-Dphvy.js", 200),
        ("GET", "/static/js/some.min.js", 200),
        ("GET", "/health", 200),
        ("POST", "/", 405),
        ("PUT", JOIN, 405),
        ("OPTIONS", JOIN, 405),
        ("GET", JOIN, 405),
        ("TRACE", "/", 405),
        ("GET", "/config", 404),
        ("GET", "/gradio_api/info", 404),
        ("GET", "/gradio_api/file=/etc/passwd", 404),
        ("GET", "/gradio_api/proxy=http://example.org", 404),
        ("GET", "/monitoring", 404),
        ("GET", "/assets/../config", 404),
        ("GET", "/assets/%2e%2e/config", 404),
        ("GET", "/static/img/..%2f..%2fx", 404),
        ("GET", "/health%0a", 404),
        ("GET", "/assets/%2e%2e", 404),
        ("POST", "/gradio_api/upload", 404),
        ("POST", "/gradio_api/run/predict", 404),
        ("POST", "/gradio_api/call/ask", 404),
        ("POST", "/gradio_api/component_server", 404),
    ],
)
def test_only_what_the_page_asks_for_is_answered(method: str, path: str, status: int) -> None:
    response = call(method, path)
    assert response.status_code == status
    assert response.headers["x-content-type-options"] == "nosniff"


def test_a_message_reaches_the_app_with_its_own_fields_and_harmless_headers_alone() -> None:
    headers = {"x-forwarded-host": "evil.example", "x-gradio-server": "http://evil.example", "cookie": "a=b",
               "authorization": "Basic x", "user-agent": "me", "origin": "http://localhost:7860"}
    sent = MESSAGE | {"batched": True, "oauth_token": "x", "simple_format": True}
    told = call("POST", JOIN, json=sent, headers=headers).json()
    assert json.loads(told["body"]) == MESSAGE | {"event_data": None}
    assert told["headers"].keys() == {"host", "user-agent", "accept", "accept-encoding", "content-type",
                                      "content-length"}
    assert int(told["headers"]["content-length"]) == len(told["body"].encode())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b'{"data": [NaN, null], "fn_index": 0, "session_hash": "a"}',
        b'{"data": [1e999, null], "fn_index": 0, "session_hash": "a"}',
        b'{"data": [' + b"1" * 5000 + b'], "fn_index": 0, "session_hash": "a"}',
        b'{"data": [0, ' + b"[" * 30 + b"]" * 30 + b'], "fn_index": 0, "session_hash": "a"}',
        b'{"data": ' + b"[" * 20_000 + b"]" * 20_000 + b', "fn_index": 0, "session_hash": "a"}',
        json.dumps(MESSAGE | {"data": "Who?"}).encode(),
        json.dumps(MESSAGE | {"fn_index": "0"}).encode(),
        json.dumps(MESSAGE | {"fn_index": 99}).encode(),
        json.dumps(MESSAGE | {"data": ["Who?"]}).encode(),
        json.dumps(MESSAGE | {"data": ["Who?", None, None]}).encode(),
        json.dumps(MESSAGE | {"fn_index": None}).encode(),
        json.dumps(MESSAGE | {"session_hash": None}).encode(),
        json.dumps(MESSAGE | {"session_hash": "../x"}).encode(),
        json.dumps(MESSAGE | {"session_hash": "a" * 1000}).encode(),
        json.dumps(MESSAGE | {"event_data": [1]}).encode(),
        json.dumps(MESSAGE | {"trigger_id": {}}).encode(),
    ],
    ids=lambda body: body[:60].decode("latin-1"),
)
def test_what_is_no_message_of_the_page_is_refused(body: bytes) -> None:
    response = call("POST", JOIN, content=body)
    assert response.status_code == 422
    assert response.json()["detail"].endswith(".")


def test_a_lone_surrogate_becomes_what_utf8_can_hold() -> None:
    told = call("POST", JOIN, content=json.dumps(MESSAGE | {"data": ["a \ud800 b", "é \0"]}).encode()).json()
    assert json.loads(told["body"])["data"] == ["a ? b", "é \0"]


@pytest.mark.parametrize("length_known", [True, False])
def test_a_long_body_is_refused_with_or_without_its_length(length_known: bool) -> None:
    body = json.dumps(MESSAGE | {"data": ["x" * 1000, None]}).encode()

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 100):
            yield body[start : start + 100]

    for limit, status in ((len(body), 200), (len(body) - 1, 413)):
        content = body if length_known else chunks()
        response = call("POST", JOIN, settings={"max_body_bytes": limit}, content=content)
        assert response.status_code == status


def test_a_get_with_a_body_is_refused() -> None:
    assert call("GET", "/", content=b"x").status_code == 413


def test_a_body_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard_module, "BODY_SECONDS", 0.05)

    async def trickle() -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.01)

    assert call("POST", JOIN, content=trickle()).status_code == 408


def test_the_limit_is_each_clients_own_and_says_when_to_come_again() -> None:
    settings = {"rate_limit": "3/minute"}
    assert call("POST", JOIN, 3, settings, json=MESSAGE).status_code == 200
    refused = call("POST", JOIN, 4, settings, json=MESSAGE)
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert f"{refused.headers['retry-after']} seconds" in refused.json()["detail"]
    assert call("GET", "/", 200, settings).status_code == 200
    assert call("GET", "/", 201, settings).status_code == 429
    limiter = Limiter("1/minute")
    addresses = ["192.0.2.1", "192.0.2.2", "2001:db8:0:1::1", "2001:db8:0:2::1"]
    assert [limiter.message(address) for address in addresses] == [0, 0, 0, 0]
    assert all(limiter.message(address) for address in addresses)
    assert limiter.message("2001:db8:0:1:ffff::9"), "a customer's whole network is one client"


def test_a_networks_streams_count_from_their_first_byte_and_no_longer_than_they_last(monkeypatch) -> None:
    monkeypatch.setattr(guard_module, "STREAMS_PER_CLIENT", 1)
    guard = Guard(echo, Policy(), functions={})

    async def status(address: str, held_back: asyncio.Event | None = None) -> int:
        async def body() -> AsyncIterator[bytes]:
            if held_back:
                await held_back.wait()
            yield b""

        transport = httpx.ASGITransport(guard, client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost:7860") as client:
            return (await client.request("GET", "/gradio_api/heartbeat/tab", content=body())).status_code

    async def go() -> tuple[int, int, int, int]:
        end = asyncio.Event()
        first = asyncio.create_task(status("2001:db8:0:1::1", end))
        await asyncio.sleep(0.01)
        refused, stranger = await status("2001:db8:0:1::2"), await status("2001:db8:0:2::1")
        end.set()
        return await first, refused, stranger, await status("2001:db8:0:1::2")

    assert asyncio.run(go()) == (200, 429, 200, 200)


def test_while_the_page_is_being_opened_a_question_is_told_to_come_again() -> None:
    guard = Guard(echo, Policy(), functions={0: 2})

    async def go() -> list[int]:
        transport = httpx.ASGITransport(guard)
        statuses = []
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost:7860") as client:
            for guard.opening in (True, False):
                statuses.append((await client.post(JOIN, json=MESSAGE)).status_code)
        return statuses

    assert asyncio.run(go()) == [503, 200]


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("localhost:7860", True),
        ("127.0.0.1", True),
        ("[::1]:7860", True),
        ("192.0.2.5:7860", True),
        ("192.0.2.6:7860", False),
        ("ask.example.org", True),
        ("ASK.example.org:8443", True),
        ("evil.example.org", False),
        ("ask.example.org.evil.example", False),
        ("localhost.evil.example", False),
        ("ask.example.org@evil.example", False),
        ("", False),
        ("[", False),
    ],
)
def test_which_hosts_are_answered(host: str, allowed: bool) -> None:
    assert host_allowed(host, ["Ask.Example.org"], "192.0.2.5") == allowed


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("http://localhost:7860", True),
        ("https://ask.example.org", True),
        ("http://localhost:9999", False),
        ("https://localhost", False),
        ("http://evil.example", False),
        ("null", False),
        ("", False),
        ("file://", False),
        ("https://ask.example.org.evil.example", False),
    ],
)
def test_which_origins_may_use_the_server(origin: str, allowed: bool) -> None:
    assert origin_allowed(origin, "localhost:7860", ["ask.example.org"]) == allowed


def test_a_foreign_host_or_origin_gets_nothing_and_is_not_echoed() -> None:
    for route in ROUTES:
        path = route.path.replace("\\", "").split("[")[0]
        for headers, status in (({"host": "evil.example"}, 421), ({"origin": "http://evil.example"}, 403)):
            response = call(route.method, path, headers=headers)
            assert response.status_code == status
            assert "evil" not in response.text + str(response.headers)
            assert "access-control-allow-origin" not in response.headers


def test_the_page_may_run_its_own_inline_scripts_and_no_other() -> None:
    response = call("GET", "/?deep_link=x")
    policy = response.headers["content-security-policy"]
    # printf 'first()' | openssl dgst -sha256 -binary | base64, and the same of '\nsecond()'
    first, second = "fDYmfWjvur9AxjhDbjHe6RvExc05MbXhhrbgz2vvy/A=", "qb8pztMhQWwwLVqA5o5csFvGOZUugoFAUMAMSH81F0o="
    assert f"script-src 'self' 'unsafe-eval' 'sha256-{first}' 'sha256-{second}';" in policy
    assert "script-src 'self' 'unsafe-eval';" in call("GET", "/health").headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy and "default-src 'self'" in policy
    assert response.headers.get_list("x-frame-options") == ["DENY"]
    assert response.headers["cache-control"] == "no-store"
    assert "cache-control" not in call("GET", "/assets/x.js").headers


def test_with_a_password_only_its_owner_gets_in_and_guesses_run_out() -> None:
    settings = {"user": "ann", "password": "pässword"}
    assert call("GET", "/", settings=settings).status_code == 401
    assert call("GET", "/", settings=settings).headers["www-authenticate"].startswith("Basic ")
    assert call("GET", "/", settings=settings, auth=("ann", "pässword")).status_code == 200
    for wrong in (("ann", "password"), ("bob", "pässword"), ("", ""), ("ann", "")):
        assert call("GET", "/", settings=settings, auth=wrong).status_code == 401
    for header in ("Basic", "Basic !!!", "Bearer x", "basic " + "A" * 5000):
        assert call("GET", "/", settings=settings, headers={"authorization": header}).status_code == 401
    assert call("GET", "/health", settings=settings).status_code == 200
    assert call("GET", "/", 50, settings).status_code == 401, "asking without a password is no guess"
    assert call("GET", "/", 11, settings, auth=("ann", "x")).status_code == 429


def test_a_websocket_is_refused() -> None:
    sent = []

    async def send(message: dict) -> None:
        sent.append(message)

    asyncio.run(Guard(echo, Policy(), {})({"type": "websocket", "path": "/", "headers": []}, None, send))
    assert [message["type"] for message in sent] == ["websocket.close"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"public_hosts": ["https://ask.example.org"]}, "--public-host must be a name alone.*https"),
        ({"public_hosts": ["*"]}, "--public-host"),
        ({"public_hosts": ["ask.example.org:80"]}, "--public-host"),
        ({"rate_limit": "fast"}, "--rate-limit must be like 120/minute.*'fast'"),
        ({"queue_size": 0}, "--queue-size must be at least 1, got 0"),
        ({"max_body_bytes": 0}, "--max-body-bytes must be at least 1, got 0"),
        ({"grace_seconds": -1}, "--grace-seconds must be 0 or more, got -1"),
        ({"user": "ann"}, "--user and --password go together"),
        ({"user": "a:b", "password": "x"}, "--user must not hold a colon"),
    ],
)
def test_a_setting_that_cannot_be_says_what_can(settings: dict, message: str) -> None:
    with pytest.raises(PolicyError, match=message):
        Policy(**settings)
