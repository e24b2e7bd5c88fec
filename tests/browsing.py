"""What the browser tests share: the fake page in a process of its own, tabs on it, and how a person asks."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect
from visitor import opened

ROOT = Path(__file__).parent.parent
WIDE = {"width": 1280, "height": 800}
PHONE = {"width": 380, "height": 800}
PATIENCE_MS = 30_000  # for a busy machine; an idle one needs a small part of it
JOIN = "**/gradio_api/queue/join*"


@dataclass(frozen=True)
class FakePage:
    """A running page; what it keeps for its user lies below `home`."""

    url: str
    home: Path
    process: subprocess.Popen

    def finish_loading(self) -> None:
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


@contextmanager
def fake_page(*options: str, wait: bool = True) -> Iterator[FakePage]:
    """A fake page, served by a process of its own for as long as the block runs; with `wait`, once it is there."""
    command = [sys.executable, "-m", "tests.fake_page", *options]
    pipe = subprocess.PIPE
    with (
        TemporaryFile("w+") as errors,
        TemporaryDirectory() as home,
        subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | {"XDG_DATA_HOME": home},
            stdin=pipe,
            stdout=pipe,
            stderr=errors,
            text=True,
        ) as process,
    ):
        try:
            line = process.stdout.readline()
            if not line.startswith("Open "):
                errors.seek(0)
                pytest.fail(f"the fake page did not start: {line}{errors.read()}")
            address = line.split()[1]
            yield FakePage(opened(address) if wait else address, Path(home), process)
        finally:
            process.terminate()


@contextmanager
def new_tab(
    context: BrowserContext,
    url: str,
    size: dict[str, int] = WIDE,
    scheme: str = "light",
    query: str = "",
    allowed: str = "never allowed",
) -> Iterator[Page]:
    """The page in a new tab. It may talk to the server alone, and no script of it may fail.

    An error that holds the text `allowed` is one that the test brings about.
    """
    tab = context.new_page()
    tab.set_viewport_size(size)
    tab.emulate_media(color_scheme=scheme)
    requests, errors = [], []
    tab.on("request", lambda request: requests.append(request.url))
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    tab.goto(f"{url}{query}")
    yield tab
    tab.close()
    assert requests
    assert [request for request in requests if not request.startswith((url, "data:", f"blob:{url}"))] == []
    assert [error for error in errors if allowed not in error] == []


def ready(tab: Page) -> None:
    """Wait until the program is loaded and the conversation that was kept is shown."""
    expect(tab.get_by_text("Ready", exact=True)).to_be_visible()
    expect(tab.locator(".log[data-turns]")).to_be_visible()


def send(tab: Page, question: str) -> None:
    """Type the question, press Enter and see it in the conversation."""
    box, asked = tab.get_by_label("Your question"), tab.locator(".asked")
    before = asked.count()
    box.fill(question)
    box.press("Enter")
    expect(asked).to_have_count(before + 1)


def ask(tab: Page, question: str) -> None:
    """Send the question and wait for its answer."""
    turns = tab.locator(".turn").count()
    send(tab, question)
    expect(tab.locator(".turn:not(.waiting)")).to_have_count(turns + 1)
    expect(tab.locator(".turn").last.locator(".reply")).not_to_be_empty()


@contextmanager
def held(tab: Page) -> Iterator[None]:
    """What the block sends first stays on its way until the block ends."""
    routes: list[Route] = []
    tab.route(JOIN, lambda route: routes.append(route), times=1)
    with tab.expect_request(JOIN):
        yield
    while not routes:
        tab.wait_for_timeout(10)
    routes[0].continue_()


def mark_lies_in_view(tab: Page) -> bool:
    """Whether the source panel shows its mark: the mark's box lies inside the panel's visible one."""
    expect(tab.locator(".source mark").first).to_be_visible()
    mark, panel = tab.locator(".source mark").first.bounding_box(), tab.locator(".source").bounding_box()
    return panel["y"] <= mark["y"] and mark["y"] + mark["height"] <= panel["y"] + panel["height"]


def turns_before(tab: Page) -> int:
    """How many turns the last question was read with, as the fake pipeline tells."""
    reading = tab.locator(".turn").last.locator(".reading")
    return int(re.search(r"turns before: (\d+)", reading.input_value()).group(1)) if reading.count() else 0
