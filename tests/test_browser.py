"""The page in a real browser, in front of the fake pipeline of fake_page.py."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

ROOT = Path(__file__).parent.parent
WIDE = {"width": 1280, "height": 800}
PHONE = {"width": 380, "height": 800}
PATIENCE_MS = 30_000  # for a busy machine; an idle one needs a small part of it
READ_AS_AFTER = "Read as: {} (turns before: {})"


@dataclass(frozen=True)
class FakePage:
    url: str
    process: subprocess.Popen

    def finish_loading(self) -> None:
        self.process.stdin.write("\n")
        self.process.stdin.flush()


@contextmanager
def fake_page(*options: str) -> Iterator[FakePage]:
    """A fake page, served by a process of its own for as long as the block runs."""
    command = [sys.executable, "-m", "tests.fake_page", *options]
    pipe = subprocess.PIPE
    with (
        TemporaryFile("w+") as errors,
        subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=errors, text=True) as process,
    ):
        try:
            line = process.stdout.readline()
            if not line.startswith("Open "):
                errors.seek(0)
                pytest.fail(f"the fake page did not start: {line}{errors.read()}")
            yield FakePage(line.split()[1], process)
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with fake_page() as page:
        yield page.url


@pytest.fixture(scope="module")
def browser() -> Iterator[BrowserContext]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.fail("no chromium on the PATH; these tests need one: install Debian's package chromium")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-background-networking", "--no-first-run"]
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield browser.new_context()
        browser.close()


@contextmanager
def new_tab(browser: BrowserContext, url: str, size: dict[str, int] = WIDE, scheme: str = "light") -> Iterator[Page]:
    """The page in a new tab. It may talk to the server alone, and no script of it may fail."""
    tab = browser.new_page()
    tab.set_viewport_size(size)
    tab.emulate_media(color_scheme=scheme)
    requests, errors = [], []
    tab.on("request", lambda request: requests.append(request.url))
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    tab.goto(url)
    yield tab
    tab.close()
    assert requests
    assert [request for request in requests if not request.startswith((url, "data:"))] == []
    assert errors == []


@pytest.fixture
def tab(browser: BrowserContext, url: str) -> Iterator[Page]:
    with new_tab(browser, url) as tab:
        expect(tab.get_by_text("Ready", exact=True)).to_be_visible()
        yield tab


def send(tab: Page, question: str) -> None:
    """Type the question and press Enter until the page shows it: while it still closes the last one, it does not."""
    box, asked = tab.get_by_label("Your question"), tab.locator(".asked")
    before = asked.count()
    for _ in range(PATIENCE_MS // 2000):
        box.fill(question)
        box.press("Enter")
        for _ in range(40):
            tab.wait_for_timeout(50)
            if asked.count() > before:
                return
    pytest.fail(f"the page does not take the question {question!r}")


def ask(tab: Page, question: str) -> None:
    """Send the question and wait for its answer."""
    turns = tab.locator(".turn").count()
    send(tab, question)
    expect(tab.locator(".turn")).to_have_count(turns + 1)
    expect(tab.locator(".turn").last.locator(".words")).to_be_visible()


def mark_lies_in_view(tab: Page) -> bool:
    """Whether the source panel shows its mark: the mark's box lies inside the panel's visible one."""
    expect(tab.locator(".source mark").first).to_be_visible()
    mark, panel = tab.locator(".source mark").first.bounding_box(), tab.locator(".source").bounding_box()
    return panel["y"] <= mark["y"] and mark["y"] + mark["height"] <= panel["y"] + panel["height"]


def test_enter_asks_and_the_answer_is_marked_in_the_quote_and_in_the_source(tab: Page) -> None:
    ask(tab, "Who was the director?")
    expect(tab.locator(".words")).to_have_text("Ada Quill")
    expect(tab.locator(".log mark")).to_have_text(["Ada Quill"])
    expect(tab.locator(".log blockquote")).to_have_text("The director was Ada Quill.")
    expect(tab.locator(".source mark")).to_have_text(["Ada Quill"])
    assert mark_lies_in_view(tab)
    assert tab.locator(".source").evaluate("panel => panel.scrollTop") > 0
    expect(tab.get_by_label("Your question")).to_have_value("")


def test_shift_enter_starts_a_new_line_and_the_button_asks(tab: Page) -> None:
    box = tab.get_by_label("Your question")
    box.press_sequentially("Who was")
    box.press("Shift+Enter")
    box.press_sequentially("the director?")
    expect(box).to_have_value("Who was\nthe director?")
    expect(box).to_have_attribute("maxlength", "500")
    tab.get_by_role("button", name="Ask", exact=True).click()
    expect(tab.locator(".words")).to_have_text("Ada Quill")
    expect(tab.locator(".asked")).to_have_text("Who was\nthe director?")


def test_a_blank_question_asks_nothing(tab: Page) -> None:
    box = tab.get_by_label("Your question")
    box.fill("   ")
    box.press("Enter")
    expect(box).to_have_value("")
    ask(tab, "Who was the director?")
    expect(tab.locator(".turn")).to_have_count(1)


def test_several_citations_and_each_can_be_shown_again(tab: Page) -> None:
    ask(tab, "Who made the music?")
    expect(tab.locator(".source mark")).to_have_text(["Tomas Reed", "Ines Vale"])
    ask(tab, "How tall is the lighthouse?")
    tab.locator(".turn").first.locator(".where").last.click()
    expect(tab.locator(".source mark[aria-current]")).to_have_text("Ines Vale")
    assert mark_lies_in_view(tab)
    tab.locator(".source").evaluate("panel => panel.scrollTop = 0")
    tab.locator(".turn").first.locator(".where").last.click()
    expect(tab.locator(".source mark").first).to_be_in_viewport()


def test_a_refusal_shows_the_nearest_passage_as_what_it_is(tab: Page) -> None:
    ask(tab, "How tall is the lighthouse?")
    expect(tab.locator(".words")).to_have_text("The article does not say.")
    expect(tab.locator(".log")).to_contain_text("does not answer the question")
    expect(tab.locator(".log mark")).to_have_count(0)
    expect(tab.locator(".source mark.nearest")).to_have_text(
        ["The Lantern Keeper is a film of 1961 about a lighthouse and its last keeper."]
    )


def test_a_tab_has_its_own_history_and_a_new_conversation_none(tab: Page, browser: BrowserContext, url: str) -> None:
    ask(tab, "Who was the director?")
    with new_tab(browser, url) as other:
        ask(other, "Who was the director?")
        expect(other.locator(".read-as")).to_have_count(0)
    ask(tab, "Who made the music?")
    expect(tab.locator(".read-as")).to_have_text(READ_AS_AFTER.format("Who made the music?", 1))
    tab.get_by_role("button", name="New conversation").click()
    expect(tab.locator(".turn")).to_have_count(0)
    expect(tab.locator(".source mark")).to_have_count(0)
    ask(tab, "Who was the director?")
    expect(tab.locator(".read-as")).to_have_count(0)


def test_an_example_asks_with_one_click_and_makes_room(tab: Page) -> None:
    example = tab.get_by_role("button", name="Who played the music?")
    example.click()
    expect(tab.locator(".asked")).to_have_text("Who played the music?")
    expect(tab.locator(".words")).to_have_text("Tomas Reed")
    expect(example).to_have_count(0)


@pytest.mark.parametrize(
    "question",
    [
        "<img src=x onerror=\"document.title='owned'\"> the director",
        "**Who** was the `director`? $x^2$ [link](http://example.com)",
        "Who was the director ${document.title='owned'} {{value}} `",
    ],
)
def test_what_a_person_types_is_shown_as_it_was_typed(tab: Page, question: str) -> None:
    ask(tab, question)
    expect(tab.locator(".asked")).to_have_text(question)
    expect(tab).to_have_title("Ask the Film")
    assert tab.locator(".log :is(img, strong, code, a)").count() == 0


def test_what_the_article_holds_is_shown_as_it_is_written(tab: Page) -> None:
    ask(tab, "What does the strange title card read?")
    literal = "<img src=x onerror=\"document.title='owned'\"> **bold** $x^2$ ${1+1} {{value}}"
    expect(tab.locator("blockquote")).to_contain_text(literal)
    expect(tab.locator(".source")).to_contain_text(literal)
    expect(tab).to_have_title("Ask the Film")


def test_questions_that_cannot_be_answered_say_why(tab: Page) -> None:
    send(tab, "Director?")
    expect(tab.locator(".notice")).to_have_text("A question needs two words, got 'Director?'; say a little more.")
    send(tab, "What is it?")
    expect(tab.locator(".notice").last).to_contain_text("Something went wrong")
    expect(tab.locator(".log")).not_to_contain_text("division")


def test_the_keyboard_alone_is_enough(tab: Page) -> None:
    focused = "document.activeElement.innerText || document.activeElement.getAttribute('aria-label') || 'box'"
    expect(tab.get_by_label("Your question")).to_be_focused()
    order = []
    for _ in range(3):
        tab.keyboard.press("Tab")
        order.append(tab.evaluate(focused).split("\n")[0])
        assert tab.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert order == ["Ask", "New conversation", "The Lantern Keeper"]
    for _ in range(4):
        tab.keyboard.press("Shift+Tab")
    assert tab.evaluate(focused) == "How tall is the lighthouse?"
    tab.keyboard.press("Enter")
    expect(tab.locator(".asked")).to_have_text("How tall is the lighthouse?")
    expect(tab.locator(".log")).to_be_focused()
    expect(tab.locator(".words")).to_be_visible()
    tab.keyboard.press("Tab")
    tab.keyboard.press("Tab")
    tab.keyboard.type("Who was the director?")
    tab.keyboard.press("Enter")
    expect(tab.locator(".words").last).to_have_text("Ada Quill")


def test_a_phone_shows_all_in_its_width_and_stays_at_the_answer(browser: BrowserContext, url: str) -> None:
    with new_tab(browser, url, PHONE) as tab:
        ask(tab, "Who was the director?")
        assert mark_lies_in_view(tab)
        expect(tab.locator(".words")).to_be_in_viewport(ratio=1)
        assert tab.evaluate("window.scrollY") == 0
        ask(tab, "Who was it that went to the " + "very" * 60 + " long way to the director?")
        assert tab.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        expect(tab.locator(".source mark").first).not_to_be_in_viewport()
        tab.locator(".where").last.click()
        expect(tab.locator(".source mark").first).to_be_in_viewport()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessibility_with_contrast(browser: BrowserContext, url: str, scheme: str) -> None:
    with new_tab(browser, url, WIDE, scheme) as tab:
        expect(tab.get_by_text("Ready", exact=True)).to_be_visible()
        assert tab.evaluate("document.body.classList.contains('dark')") == (scheme == "dark")
        empty = Axe().run(tab)
        ask(tab, "Who was the director?")
        ask(tab, "Who made the music?")
        ask(tab, "How tall is the lighthouse?")
        full = Axe().run(tab)
        for results in (empty, full):
            assert "color-contrast" in {rule["id"] for rule in results.response["passes"]}
            assert results.violations_count == 0, results.generate_report()


def test_a_question_waits_for_loading_and_nothing_moves_when_its_answer_comes(browser: BrowserContext) -> None:
    with fake_page("--wait") as slow, new_tab(browser, slow.url) as tab:
        expect(tab.locator("#status")).to_have_text("Loading the reader and the index…")
        send(tab, "Who was the director?")
        expect(tab.locator(".notice")).to_have_text("Still loading. Your question is next…")
        watched = (tab.get_by_label("Your question"), tab.locator(".question"))
        places = [part.bounding_box() for part in watched]
        slow.finish_loading()
        expect(tab.locator(".words")).to_have_text("Ada Quill")
        expect(tab.locator("#status")).to_have_text("Ready")
        assert [part.bounding_box() for part in watched] == places
        assert mark_lies_in_view(tab)


def test_a_new_conversation_drops_the_answer_that_is_on_its_way(browser: BrowserContext) -> None:
    with fake_page("--wait") as slow, new_tab(browser, slow.url) as tab:
        send(tab, "Who was the director?")
        expect(tab.locator(".notice")).to_be_visible()
        tab.get_by_role("button", name="New conversation").click()
        expect(tab.locator(".turn")).to_have_count(0)
        slow.finish_loading()
        ask(tab, "Who made the music?")
        expect(tab.locator(".asked")).to_have_text(["Who made the music?"])
        expect(tab.locator(".read-as")).to_have_count(0)


def test_a_load_that_fails_says_why(browser: BrowserContext) -> None:
    with fake_page("--fail") as broken, new_tab(browser, broken.url) as tab:
        expect(tab.get_by_role("alert")).to_have_text("The program could not start: the <index> is missing")
        send(tab, "Who was the director?")
        expect(tab.locator(".notice")).to_contain_text("the <index> is missing")


@pytest.mark.parametrize(
    ("path", "status"),
    [("/gradio_api/upload", 405), ("/gradio_api/run/predict", 405), ("/gradio_api/queue/join", 413)],
)
def test_the_server_takes_questions_alone_and_only_short_ones(tab: Page, url: str, path: str, status: int) -> None:
    assert tab.request.post(f"{url}{path}", data=b"x" * 70_000).status == status


def test_the_pages_policy_allows_this_server_alone(tab: Page, url: str) -> None:
    policy = tab.request.get(url).headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert re.search(r"https?:|\*", policy) is None
