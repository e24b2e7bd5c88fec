"""What a tab keeps in a real browser, in front of the fake pipeline: over reloads, restarts and other articles."""

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from browsing import JOIN, PATIENCE_MS, FakePage, ask, fake_page, new_tab, ready, send, turns_before
from playwright.sync_api import BrowserContext, Page, Route, expect

DIRECTOR, MUSIC, TALL = "Who was the director?", "Who made the music?", "How tall is the lighthouse?"
STORED = "ask-the-film.turns"


def test_history_outlives_reload_and_restart_and_one_button_clears_it(browser: BrowserContext) -> None:
    with fake_page() as page:
        port = page.url.rsplit(":", 1)[1]
        with new_tab(browser, page.url) as tab:
            ask(tab, DIRECTOR)
            ask(tab, TALL)
            tab.reload()
            expect(tab.locator(".asked")).to_have_text([DIRECTOR, TALL])
            expect(tab.locator(".source mark.nearest")).to_be_visible()
    with fake_page("--port", port) as page, new_tab(browser, page.url) as tab:
        expect(tab.locator(".asked")).to_have_text([DIRECTOR, TALL])
        expect(tab.locator(".words").first).to_have_text("Ada Quill")
        tab.locator(".turn").first.locator(".cite").click()
        expect(tab.locator(".source mark")).to_have_text("Ada Quill")
        ask(tab, MUSIC)
        assert turns_before(tab) == 2
        tab.get_by_role("button", name="New conversation").click()
        expect(tab.locator(".turn")).to_have_count(0)
        expect(tab.locator(".source mark")).to_have_count(0)
        assert tab.evaluate(f"[localStorage.getItem('{STORED}'), sessionStorage.getItem('{STORED}')]") == ["", ""]
        tab.reload()
        ready(tab)
        expect(tab.locator(".turn")).to_have_count(0)


def test_two_tabs_go_their_own_ways(tab: Page, browser: BrowserContext, url: str) -> None:
    ask(tab, DIRECTOR)
    with new_tab(browser, url) as other:
        expect(other.locator(".asked")).to_have_text(DIRECTOR)
        ask(other, TALL)
        ask(tab, MUSIC)
        tab.reload()
        expect(tab.locator(".asked")).to_have_text([DIRECTOR, MUSIC])
        other.reload()
        expect(other.locator(".asked")).to_have_text([DIRECTOR, TALL])
        tab.get_by_role("button", name="New conversation").click()
        expect(tab.locator(".turn")).to_have_count(0)
        ask(other, MUSIC)
        tab.reload()
        ready(tab)
        expect(tab.locator(".turn")).to_have_count(0)


def test_looking_at_the_page_changes_nothing_that_is_kept(tab: Page) -> None:
    ask(tab, DIRECTOR)
    other_article = tab.evaluate(f"localStorage.getItem('{STORED}')").replace("The_Lantern_Keeper", "another")
    assert "another.txt" in other_article
    for storage in ("localStorage", "sessionStorage"):
        tab.evaluate(f"saved => {storage}.setItem('{STORED}', saved)", other_article)
    tab.reload()
    ready(tab)
    expect(tab.locator(".turn")).to_have_count(0)
    assert tab.evaluate(f"localStorage.getItem('{STORED}')") == other_article


def test_an_article_that_changed_keeps_the_questions_alone(browser: BrowserContext) -> None:
    with fake_page() as page:
        port = page.url.rsplit(":", 1)[1]
        with new_tab(browser, page.url) as tab:
            ask(tab, DIRECTOR)
    with fake_page("--port", port, "--edited") as page, new_tab(browser, page.url) as tab:
        expect(tab.locator(".notice")).to_contain_text("The article has changed since this was asked.")
        tab.get_by_role("button", name="Retry").click()
        expect(tab.locator(".words")).to_have_text("Ada Quill")
        expect(tab.locator(".turn")).to_have_count(1)


FORGED = '<img src=x onerror="document.title=1">'


@pytest.mark.parametrize(
    "forge",
    [
        "() => 'no JSON'",
        "() => JSON.stringify({version: 1, articles: {}, turns: 7})",
        "saved => saved.replaceAll('Ada Quill', 'The Butler')",
        "saved => saved.replace(/\"start\":\\d+/, '\"start\":999999')",
        f"saved => saved.replaceAll('Ada Quill', {json.dumps(json.dumps(FORGED)[1:-1])})",
        "() => 'x'.repeat(60000)",
    ],
)
def test_a_forged_history_breaks_nothing_and_puts_no_words_into_the_articles_mouth(
    tab: Page, forge: str
) -> None:
    ask(tab, DIRECTOR)
    expect(tab.locator(".words")).to_have_text("Ada Quill")
    tab.evaluate(
        f"""() => {{
            const forged = ({forge})(localStorage.getItem('{STORED}'));
            for (const storage of [localStorage, sessionStorage]) storage.setItem('{STORED}', forged);
        }}"""
    )
    tab.reload()
    ready(tab)
    ask(tab, MUSIC)
    expect(tab.locator(".log")).not_to_contain_text("The Butler")
    expect(tab.locator(".log")).not_to_contain_text("img")
    expect(tab).to_have_title("Ask the Film")
    assert set(tab.locator(".words").all_inner_texts()) <= {"Ada Quill", "Tomas Reed, Ines Vale"}


def test_a_server_that_goes_away_is_told_and_its_question_asked_when_it_is_back(browser: BrowserContext) -> None:
    with fake_page() as page:
        port = page.url.rsplit(":", 1)[1]
        with new_tab(browser, page.url, allowed="Failed to load resource") as tab:
            ask(tab, DIRECTOR)
            page.stop()
            send(tab, MUSIC)
            expect(tab.locator(".notice")).to_contain_text("The program cannot be reached.")
            assert tab.locator(".status").evaluate("line => getComputedStyle(line, '::after').content") == '"Offline"'
            assert tab.locator(".status").evaluate("line => parseFloat(getComputedStyle(line, '::before').width)") > 0
            with fake_page("--port", port):
                expect(tab.locator(".turn:not(.waiting) .asked")).to_have_text([DIRECTOR, MUSIC])
                expect(tab.locator(".words").last).to_have_text("Tomas Reed, Ines Vale")


@contextmanager
def restarted(browser: BrowserContext, *options: str, wait: bool = True) -> Iterator[tuple[FakePage, Page]]:
    """A tab with a conversation of one turn, whose server has been started anew without its noticing."""
    with fake_page() as page:
        port = page.url.rsplit(":", 1)[1]
        with new_tab(browser, page.url, allowed="Failed to load resource") as tab:
            ask(tab, DIRECTOR)
            page.stop()
            with fake_page("--port", port, *options, wait=wait) as again:
                yield again, tab


def test_a_tab_keeps_its_conversation_when_it_asks_while_a_restarted_server_loads(browser: BrowserContext) -> None:
    def probed(route: Route) -> None:
        route.fulfill(status=503) if route.request.method == "HEAD" else route.fallback()

    with restarted(browser, "--wait") as (slow, tab):
        tab.route(tab.url, probed)
        send(tab, MUSIC)
        expect(tab.locator(".notice")).to_contain_text("The program cannot be reached.")
        expect(tab.locator(".offline")).to_be_visible()
        slow.finish_loading()
        expect(tab.locator(".words")).to_have_text(["Ada Quill", "Tomas Reed, Ines Vale"])
        assert turns_before(tab) == 1
        expect(tab.locator(".offline")).to_have_count(0)
        tab.reload()
        expect(tab.locator(".words")).to_have_text(["Ada Quill", "Tomas Reed, Ines Vale"])


def test_a_question_that_waits_for_loading_does_not_keep_the_server_from_ending(browser: BrowserContext) -> None:
    with restarted(browser, "--wait") as (slow, tab):
        with tab.expect_response(JOIN):
            send(tab, MUSIC)
        tab.close()
        slow.process.send_signal(signal.SIGINT)
        slow.process.wait(timeout=PATIENCE_MS / 1000)


def test_a_question_asked_while_a_restarted_server_opens_its_page_is_asked_when_it_is_there(
    browser: BrowserContext,
) -> None:
    with restarted(browser, wait=False) as (_, tab):
        with tab.expect_response(JOIN) as joined:
            send(tab, MUSIC)
        assert joined.value.status == 503
        expect(tab.locator(".notice")).to_contain_text("The program cannot be reached.")
        expect(tab.locator(".words")).to_have_text(["Ada Quill", "Tomas Reed, Ines Vale"])
