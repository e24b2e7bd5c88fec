"""In a real browser: public script-injection vectors as questions and as article text, and the first paint."""

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from guarded_page import served
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright
from suite import TESTS, Row

LONGEST_QUESTION = 480
PATIENCE_MS = 60_000
FIRST_PAINT_SECONDS = 2
PART = 90
"""Texts to an article, each of whose sentences is cited in one answer: the browser keeps answers of up to 100."""
# What a vector would call if it could, noted instead of shown.
WATCH = "window.executed = []; for (const name of ['alert', 'confirm', 'prompt', 'print', 'open'])" \
        " window[name] = (...given) => { window.executed.push(name + ' ' + given); };"
# Kinds of elements below the conversation and the source: the tag, and the names of its attributes.
KINDS = "[...document.querySelectorAll('#chat *, #source *')].map(" \
        "element => [element.tagName, ...[...element.attributes].map(each => each.name).sort()].join(' '))"


def vectors() -> list[str]:
    return [line for line in (TESTS / "xss_vectors.txt").read_text("utf-8").splitlines() if line.strip()]


@contextmanager
def chromium(**options: object) -> Iterator[BrowserContext]:
    """A fresh profile of the system's Chromium."""
    path = shutil.which("chromium")
    assert path, "no chromium on the PATH; install Debian's package chromium"
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        context = browser.new_context(**options)
        context.set_default_timeout(PATIENCE_MS)
        yield context
        browser.close()


class Watched:
    """A tab, and all that goes wrong in it: scripts that ran, requests elsewhere, what the policy had to stop."""

    def __init__(self, context: BrowserContext, url: str, query: str = "") -> None:
        self.faults: list[str] = []
        self.tab: Page = context.new_page()
        self.tab.add_init_script(WATCH)
        self.tab.on("dialog", lambda dialog: (self.faults.append(f"a dialog: {dialog.message}"), dialog.dismiss()))
        self.tab.on("popup", lambda popup: self.faults.append(f"a window: {popup.url}"))
        self.tab.on("console", lambda message: message.type == "error" and self.faults.append(message.text[:200]))
        self.tab.on("request", lambda request: self._check(request.url, url))
        self.tab.goto(f"{url}/{query}")
        expect(self.tab.get_by_text("Ready", exact=True)).to_be_visible()

    def _check(self, asked: str, url: str) -> None:
        if not asked.startswith((f"{url}/", "data:", "blob:")):
            self.faults.append(f"a request to {asked[:100]}")

    def ask(self, question: str) -> None:
        """Ask, and wait for what is shown of it."""
        turns = self.tab.locator(".turn")
        before = turns.count()
        box = self.tab.get_by_label("Your question")
        box.fill(question)
        box.press("Enter")
        expect(turns).to_have_count(before + 1)
        expect(self.tab.locator(".turn:not(.waiting)")).to_have_count(before + 1)

    def kinds(self) -> set[str]:
        return set(self.tab.evaluate(KINDS))

    def close(self, known: set[str]) -> list[str]:
        """All faults; elements of a kind that harmless text does not make are one."""
        self.faults += self.tab.evaluate("window.executed")
        self.faults += [f"an element <{kind}>" for kind in self.kinds() - known]
        if self.tab.title() != "Ask the Film":
            self.faults.append(f"the title {self.tab.title()!r}")
        # The browser keeps a conversation so far as it has room, and the next tab would go on with it.
        self.tab.evaluate("localStorage.clear()")
        self.tab.close()
        return self.faults


def packed(texts: Sequence[str]) -> list[str]:
    """Several texts to a question, one a line."""
    questions: list[str] = []
    for text in texts:
        if questions and len(questions[-1]) + 1 + len(text) <= LONGEST_QUESTION:
            questions[-1] += f"\n{text}"
        else:
            questions.append(text)
    return questions


def article_of(texts: Sequence[str]) -> str:
    """Each text as a paragraph, and as a heading."""
    return "".join(f"== Number {n} {text} ==\nNumber {n} reads {text} here.\n\n" for n, text in enumerate(texts))


def script_injection(texts: Sequence[str] | None = None, addresses: int = 10) -> Row:
    """Every text as a question, some in the page's address, and all of them as articles."""
    texts = vectors() if texts is None else texts
    questions, faults = packed(texts), []
    with chromium() as context, tempfile.TemporaryDirectory() as folder:
        with served(quiet=False) as page:
            harmless = Watched(context, page.url)
            for question in ("Who was the director?", "Who made the music?", "How tall is the lighthouse?", "Director?",
                             "a\nb c"):
                harmless.ask(question)
            known = harmless.kinds()
            faults += harmless.close(known)
            linked = Watched(context, page.url, "?q=Director%3F")
            expect(linked.tab.locator(".turn:not(.waiting) .asked").last).to_have_text("Director?")
            known |= linked.kinds()
            faults += linked.close(known)
            for first in range(0, len(questions), 10):
                tab = Watched(context, page.url)
                for question in questions[first : first + 10]:
                    tab.ask(question)
                    if tab.tab.locator(".asked").last.text_content().strip() != question.strip():
                        tab.faults.append(f"not shown as it was typed: {question!r}")
                faults += tab.close(known)
            for question in questions[:: max(1, len(questions) // addresses)]:
                tab = Watched(context, page.url, f"?q={quote(question)}")
                expect(tab.tab.locator(".turn:not(.waiting) .asked").last).to_have_text(question)
                faults += tab.close(known)
        harmless_article = ["plain words"] * 3
        parts = [texts[first : first + PART] for first in range(0, len(texts), PART)]
        for part in (harmless_article, *parts):
            file = Path(folder, "article.txt")
            file.write_text(article_of(part), "utf-8")
            with served("--article", str(file)) as page:
                tab = Watched(context, page.url)
                tab.ask("What does it read?")
                if part is harmless_article:
                    known |= tab.kinds()
                elif any(text not in tab.tab.locator("#source").text_content() for text in part):
                    tab.faults.append("the article is not shown as it is written")
                faults += tab.close(known)
    measured = f"{len(texts)} vectors as questions and in articles: {len(faults)} ran, left or became markup"
    return Row("script injection", measured, tuple(faults))


def first_paint(starts: int = 3) -> Row:
    """From the start of `python -m app` to the first words in a browser that runs already, and to readiness."""
    command = [sys.executable, "-m", "app", "--port", "0"]
    painted, ready = [], []
    with chromium() as context:
        for _ in range(starts):
            started = time.perf_counter()
            with subprocess.Popen(command, cwd=TESTS.parent, stdout=subprocess.PIPE, text=True) as process:
                tab = context.new_page()
                tab.goto(process.stdout.readline().removeprefix("Open ").strip(), wait_until="commit")
                tab.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
                painted.append(time.perf_counter() - started)
                expect(tab.get_by_text("Ready", exact=True)).to_be_visible()
                ready.append(time.perf_counter() - started)
                tab.close()
                process.kill()
    median, slow = statistics.median(painted), statistics.median(ready)
    faults = () if median <= FIRST_PAINT_SECONDS else (f"later than {FIRST_PAINT_SECONDS} s",)
    return Row("first paint", f"{median:.1f} s after the start; ready to answer after {slow:.1f} s", faults)
