import logging
import signal
import socket
import subprocess
import sys
from pathlib import Path
from threading import Event
from urllib.request import urlopen

import pytest

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


def test_ctrl_c_stops_the_server_quietly_though_a_tab_is_open() -> None:
    command = [sys.executable, "-m", "tests.fake_page"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=Path(__file__).parent.parent, **pipes) as process:
        address = process.stdout.readline().removeprefix("Open ").strip()
        with urlopen(f"{address}/gradio_api/heartbeat/tab") as stream:
            assert stream.readline().startswith(b"data:")
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=60)
    assert process.returncode == 0
    assert errors == ""
