import asyncio
import json
import logging
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from threading import Event
from urllib.request import urlopen

import httpx
import pytest
from guarded_page import served
from visitor import Reply, Visitor, opened

from app.web.server import AddressError, listen, load_in_background


def test_a_port_in_use_is_named_with_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(AddressError, match=rf"127\.0\.0\.1:{port}.*in use.*--port"):
            listen("127.0.0.1", port)


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 70_000), ("256.0.0.1", 0)])
def test_an_address_that_cannot_be_is_an_address_error(host: str, port: int) -> None:
    with pytest.raises(AddressError, match=f"{host}:{port}"):
        listen(host, port)


def test_loading_does_not_hold_up_its_caller() -> None:
    go_on = Event()

    def load() -> str:
        go_on.wait()
        return "loaded"

    loading = load_in_background(load)
    assert not loading.done()
    go_on.set()
    assert loading.result() == "loaded"


def test_a_load_that_fails_is_logged_and_raised_to_whoever_asks(caplog: pytest.LogCaptureFixture) -> None:
    def load() -> None:
        raise RuntimeError("no index here")

    with caplog.at_level(logging.ERROR), pytest.raises(RuntimeError, match="no index here"):
        load_in_background(load).result()
    assert "no index here" in caplog.text
    assert "Traceback" not in caplog.text


def test_ctrl_c_stops_the_server_quietly_though_a_tab_is_open() -> None:
    command = [sys.executable, "-m", "tests.fake_page"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=Path(__file__).parent.parent, **pipes) as process:
        address = opened(process.stdout.readline().removeprefix("Open ").strip())
        with urlopen(f"{address}/gradio_api/heartbeat/tab") as stream:
            assert stream.readline().startswith(b"data:")
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=60)
    assert process.returncode == 0
    assert errors == ""


def test_until_the_page_is_there_another_stands_in_its_place_and_asks_again() -> None:
    command = [sys.executable, "-m", "tests.fake_page"]
    with subprocess.Popen(command, cwd=Path(__file__).parent.parent, stdout=subprocess.PIPE, text=True) as process:
        try:
            address = process.stdout.readline().removeprefix("Open ").strip()
            first = httpx.get(address)
            assert '<meta http-equiv="refresh"' in first.text and "<h1>Ask the Film</h1>" in first.text
            assert "frame-ancestors 'none'" in first.headers["content-security-policy"]
            assert ready(address) == (503, "loading")
            assert "window.gradio_config" in httpx.get(opened(address)).text
        finally:
            process.kill()


def test_a_page_that_cannot_be_made_ends_the_server_with_an_error() -> None:
    script = (
        "import app.web.page\n"
        "from app.web.server import serve\n"
        "def build_page(*_): raise LookupError('no such theme')\n"
        "app.web.page.build_page = build_page\n"
        "serve(lambda: None, '127.0.0.1', 0, 'Ask', 'Ask away.')\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], cwd=Path(__file__).parent.parent, capture_output=True,
                           text=True, timeout=60)
    assert ended.returncode == 1
    assert ended.stderr.strip().endswith("RuntimeError: the page cannot be opened: LookupError('no such theme')")


def ask_at_once(url: str, count: int, question: str = "Who was the director?") -> list[Reply]:
    async def go() -> list[Reply]:
        async with httpx.AsyncClient(base_url=url, timeout=60) as client:
            return await asyncio.gather(*(Visitor(client, f"203.0.113.{n}").ask(question) for n in range(count)))

    return asyncio.run(go())


def ready(url: str) -> tuple[int, str]:
    response = httpx.get(f"{url}/ready")
    return response.status_code, response.json()["status"]


def test_ready_says_whether_questions_can_be_answered_and_health_whether_it_lives() -> None:
    with served("--wait") as page:
        assert ready(page.url) == (503, "loading")
        assert httpx.get(f"{page.url}/health").json() == {"status": "ok"}
        assert httpx.head(f"{page.url}/health").status_code == 200
        page.process.stdin.write("\n")
        page.process.stdin.flush()
        until = time.monotonic() + 20
        while ready(page.url)[0] != 200 and time.monotonic() < until:
            time.sleep(0.05)
        assert ready(page.url) == (200, "ready")
    with served("--fail", quiet=False) as page:
        until = time.monotonic() + 20
        while ready(page.url)[1] == "loading" and time.monotonic() < until:
            time.sleep(0.05)
        assert ready(page.url) == (503, "failed")
        assert httpx.get(f"{page.url}/health").status_code == 200


def test_a_full_queue_says_so_at_once_and_the_others_are_answered() -> None:
    with served("--seconds", "0.3", "--policy", json.dumps({"queue_size": 3})) as page:
        replies = ask_at_once(page.url, 12)
        answered = [reply for reply in replies if reply.status == 200]
        assert {reply.words for reply in answered} == {"Ada Quill"}
        assert {reply.status for reply in replies} == {200, 503}
        assert [reply.words for reply in ask_at_once(page.url, 1)] == ["Ada Quill"]


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_lets_the_answer_under_way_finish_and_takes_no_more(end: signal.Signals) -> None:
    async def go(url: str, process: subprocess.Popen) -> tuple[Reply, Reply, int]:
        async with httpx.AsyncClient(base_url=url, timeout=60) as client:
            late = Visitor(client, "203.0.113.2")
            assert (await late.ask("Who was the director?")).words == "Ada Quill"
            under_way = asyncio.create_task(Visitor(client, "203.0.113.1").ask("Who was the director?"))
            await asyncio.sleep(0.5)
            process.send_signal(end)
            await asyncio.sleep(0.2)
            refused = await late.ask("Who was the director?")
            status = (await client.get("/ready")).status_code
            return await under_way, refused, status

    with served("--seconds", "1.5") as page:
        answered, refused, status = asyncio.run(go(page.url, page.process))
        page.process.wait(20)
    assert (answered.words, answered.ended) == ("Ada Quill", True)
    assert (refused.status, status) == (503, 503)
    assert "restarted" in refused.message


def test_a_stop_waits_no_longer_than_its_grace() -> None:
    async def go(url: str, process: subprocess.Popen) -> float:
        async with httpx.AsyncClient(base_url=url, timeout=60) as client:
            visitor = Visitor(client, "203.0.113.1")
            await visitor.ask("Who?")
            asking = asyncio.create_task(visitor.ask("Who was the director?"))
            await asyncio.sleep(0.5)
            started = time.monotonic()
            process.send_signal(signal.SIGTERM)
            await asyncio.gather(asking, return_exceptions=True)
            return time.monotonic() - started

    with served("--seconds", "8", "--policy", json.dumps({"grace_seconds": 1})) as page:
        assert asyncio.run(go(page.url, page.process)) < 5
