"""The guarded page in a real browser: what its visitors see of the guard."""

import json
from collections.abc import Iterator

import pytest
from guarded_page import served
from playwright.sync_api import BrowserContext, Page, expect
from suite_browser import Watched, chromium

POLICY = {"user": "ann", "password": "pass word"}


@pytest.fixture(scope="module")
def context() -> Iterator[BrowserContext]:
    with chromium() as context:
        yield context


def test_with_its_password_the_page_works() -> None:
    with served("--policy", json.dumps(POLICY)) as page, chromium(
        http_credentials={"username": "ann", "password": "pass word"}
    ) as context:
        tab = Watched(context, page.url)
        tab.ask("Who was the director?")
        expect(tab.tab.locator(".words")).to_have_text("Ada Quill")
        tab.tab.locator(".where").click()
        assert tab.close(tab.kinds()) == []


def test_without_its_password_it_shows_nothing(context: BrowserContext) -> None:
    with served("--policy", json.dumps(POLICY)) as page:
        assert context.request.get(page.url).status == 401


def told(tab: Page) -> None:
    """Ask a question that is refused."""
    box = tab.get_by_label("Your question")
    box.fill("Who was the director?")
    box.press("Enter")


def test_a_visitor_is_told_that_the_page_is_busy_and_can_ask_again(context: BrowserContext) -> None:
    policy = json.dumps({"queue_size": 1})
    with served("--seconds", "6", "--policy", policy, quiet=False) as page:
        tabs = [Watched(context, page.url).tab for _ in range(4)]
        for tab in tabs:
            told(tab)
            tab.wait_for_timeout(300)
        busy = [tab for tab in tabs if tab.get_by_text("currently busy").count()]
        assert len(busy) == 1
        expect(tabs[0].locator(".words")).to_have_text("Ada Quill")
        told(busy[0])
        expect(busy[0].locator(".words")).to_have_text("Ada Quill")
        for tab in tabs:
            tab.close()


def test_a_visitor_who_asks_too_often_is_told_when_to_go_on(context: BrowserContext) -> None:
    with served("--policy", json.dumps({"rate_limit": "2/minute"})) as page:
        tab = Watched(context, page.url)
        tab.ask("Who was the director?")
        told(tab.tab)
        expect(tab.tab.get_by_text("Too many requests at once")).to_be_visible()
        tab.tab.close()


def test_a_script_that_gets_into_the_page_does_not_run(context: BrowserContext) -> None:
    with served() as page:
        tab = Watched(context, page.url).tab
        tab.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.executed.push(1)\">')")
        tab.evaluate(
            "const script = document.createElement('script'); script.textContent = 'executed.push(2)';"
            "document.head.append(script)"
        )
        stopped = tab.evaluate(
            "new Promise(resolve => {"
            "  document.addEventListener('securitypolicyviolation', event => resolve(event.effectiveDirective));"
            "  fetch('http://198.18.0.1/').catch(() => {});"
            "})"
        )
        tab.wait_for_timeout(500)
        assert tab.evaluate("window.executed") == []
        assert stopped == "connect-src"
        tab.close()
