"""The conversation in a real browser, in front of the fake pipeline: changed, shared, judged."""

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from browsing import JOIN, ask, fake_page, held, new_tab, ready, send, turns_before
from playwright.sync_api import BrowserContext, Page, Route, expect

DIRECTOR, MUSIC, TALL = "Who was the director?", "Who made the music?", "How tall is the lighthouse?"


def test_a_question_sent_the_moment_an_answer_arrives_is_asked(tab: Page) -> None:
    questions = [f"Who was the director of scene {number}?" for number in range(8)]
    for number, question in enumerate(questions, 1):
        tab.evaluate("question => document.querySelector('#question textarea').value = question", "")
        box = tab.get_by_label("Your question")
        box.fill(question)
        box.press("Enter")
        expect(box).to_have_value("")
        # Not a moment later than the rendering itself:
        tab.wait_for_function(f"document.querySelectorAll('.turn:not(.waiting)').length == {number}", polling="raf")
    expect(tab.locator(".asked")).to_have_text(questions)


def test_questions_typed_while_one_is_read_are_asked_in_order(browser: BrowserContext) -> None:
    with fake_page("--wait") as slow, new_tab(browser, slow.url) as tab:
        for question in (DIRECTOR, MUSIC, TALL):
            send(tab, question)
        slow.finish_loading()
        expect(tab.locator(".turn:not(.waiting)")).to_have_count(3)
        expect(tab.locator(".asked")).to_have_text([DIRECTOR, MUSIC, TALL])
        assert turns_before(tab) == 2


def test_the_reading_can_be_put_right_and_asked_again_with_one_click(tab: Page) -> None:
    ask(tab, DIRECTOR)
    ask(tab, MUSIC)
    tab.get_by_label("Read as:").fill("Who played the music?")
    tab.get_by_role("button", name="Ask again").click()
    expect(tab.locator(".asked")).to_have_text([DIRECTOR, "Who played the music?"])
    expect(tab.locator(".words").last).to_have_text("Tomas Reed")
    expect(tab.locator(".read-as")).to_have_count(0)


def test_what_was_put_right_is_read_letter_for_letter(tab: Page) -> None:
    ask(tab, "Who was teh director?")
    expect(tab.get_by_label("Read as:")).to_have_value("Who was the director?")
    tab.get_by_label("Read as:").fill("Who was teh  director?")
    tab.get_by_role("button", name="Ask again").click()
    expect(tab.locator(".asked")).to_have_text(["Who was teh director?"])
    expect(tab.locator(".read-as")).to_have_count(0)
    retry(tab)
    expect(tab.locator(".read-as")).to_have_count(0)


def test_a_question_of_a_link_is_put_right_again_on_retry(browser: BrowserContext, url: str) -> None:
    with new_tab(browser, url, query="?q=Who%20was%20teh%20director%3F") as tab:
        expect(tab.get_by_label("Read as:")).to_have_value("Who was the director?")
        retry(tab)
        expect(tab.get_by_label("Read as:")).to_have_value("Who was the director?")


def retry(tab: Page) -> None:
    """Retry the last turn and wait for its new answer."""
    key = tab.locator(".turn").last.get_attribute("data-key")
    tab.get_by_role("button", name="Retry").click()
    expect(tab.locator(f".turn:not(.waiting):not([data-key='{key}'])")).to_have_count(tab.locator(".turn").count())


def test_no_turn_is_taken_away_while_a_question_is_read(tab: Page) -> None:
    ask(tab, DIRECTOR)
    with held(tab):
        send(tab, MUSIC)
        for button in ("Retry", "Undo"):
            tab.get_by_role("button", name=button).click()
            expect(tab.locator(".said-aloud")).to_have_text("Wait for the answer first.")
        expect(tab.locator(".asked")).to_have_text([DIRECTOR, MUSIC])
    expect(tab.locator(".turn:not(.waiting) .asked")).to_have_text([DIRECTOR, MUSIC])


def test_an_earlier_question_can_be_edited_and_the_later_ones_go(tab: Page) -> None:
    for question in (DIRECTOR, TALL, MUSIC):
        ask(tab, question)
    second = tab.locator(".turn").nth(1)
    second.get_by_role("button", name="Edit").click()
    editing = second.get_by_label("Edit the question")
    expect(editing).to_be_focused()
    expect(editing).to_have_value(TALL)
    expect(second).to_contain_text("The questions after this one go.")
    editing.press("Escape")
    expect(editing).to_be_hidden()
    second.get_by_role("button", name="Edit").click()
    editing.fill("Who recorded the music?")
    editing.press("Enter")
    expect(tab.locator(".asked")).to_have_text([DIRECTOR, "Who recorded the music?"])
    expect(tab.locator(".words").last).to_have_text("Ines Vale")
    assert turns_before(tab) == 1


def test_retry_and_undo_change_the_last_turn_alone(tab: Page) -> None:
    ask(tab, DIRECTOR)
    ask(tab, MUSIC)
    key = tab.locator(".turn").last.get_attribute("data-key")
    tab.get_by_role("button", name="Retry").click()
    expect(tab.locator(f".turn:not(.waiting):not([data-key='{key}'])")).to_have_count(2)
    expect(tab.locator(".asked")).to_have_text([DIRECTOR, MUSIC])
    assert turns_before(tab) == 1
    tab.get_by_role("button", name="Undo").click()
    expect(tab.locator(".asked")).to_have_text([DIRECTOR])
    expect(tab.get_by_label("Your question")).to_have_value(MUSIC)
    expect(tab.locator(".source mark")).to_have_text("Ada Quill")


def test_what_is_typed_during_undo_and_new_conversation_stays(tab: Page) -> None:
    box = tab.get_by_label("Your question")
    ask(tab, DIRECTOR)
    for button, typed in (("Undo", TALL), ("New conversation", MUSIC)):
        view = tab.locator(".log").get_attribute("data-view")
        with held(tab):
            tab.get_by_role("button", name=button).click()
            box.fill(typed)
        expect(tab.locator(".log")).not_to_have_attribute("data-view", view)
        expect(box).to_have_value(typed)
    tab.get_by_role("button", name="New conversation").click()
    expect(box).to_have_value("")


def test_an_open_form_and_the_focus_outlive_an_answer(tab: Page) -> None:
    ask(tab, DIRECTOR)
    with held(tab):
        send(tab, MUSIC)
        tab.get_by_role("button", name="Edit").click()
        editing = tab.get_by_label("Edit the question").first
        editing.fill("Who was")
    expect(tab.locator(".turn:not(.waiting)")).to_have_count(2)
    expect(editing).to_be_focused()
    tab.keyboard.type(" it?")
    expect(editing).to_have_value("Who was it?")
    expect(tab.locator(".edit:visible")).to_have_count(1)
    tab.get_by_role("button", name="Retry").click()
    expect(tab.locator(".log")).to_be_focused()


def refused(status: int, detail: str) -> Callable[[Route], None]:
    return lambda route: route.fulfill(status=status, json={"detail": detail})


def test_a_refused_question_stays_and_can_be_asked_again(browser: BrowserContext, url: str) -> None:
    with new_tab(browser, url, allowed="429") as tab:
        ready(tab)
        tab.route(JOIN, refused(429, "Too many requests at once."), times=1)
        for question in (DIRECTOR, TALL):
            send(tab, question)
        expect(tab.locator(".words")).to_have_text("The article does not say.")
        expect(tab.locator(".failed .asked")).to_have_text(DIRECTOR)
        tab.get_by_role("button", name="Try again").click()
        expect(tab.locator(".log")).to_be_focused()
        expect(tab.locator(".words").last).to_have_text("Ada Quill")
        expect(tab.locator(".asked")).to_have_text([TALL, DIRECTOR])


def test_a_page_whose_opening_is_refused_says_so_and_opens_later(browser: BrowserContext, url: str) -> None:
    browser.route(JOIN, refused(503, "Queue is full."), times=1)
    with new_tab(browser, url, query=f"?q={quote(DIRECTOR)}", allowed="503") as tab:
        expect(tab.locator(".notice")).to_contain_text("The program is busy.")
        expect(tab.locator(".words")).to_have_text("Ada Quill")
        expect(tab.get_by_text("Ready", exact=True)).to_be_visible()


def test_a_link_works_while_the_page_is_still_opening(browser: BrowserContext) -> None:
    with fake_page(wait=False) as page, new_tab(browser, page.url, query=f"?q={quote(DIRECTOR)}") as tab:
        expect(tab.get_by_role("status")).to_contain_text("Opening the page")
        expect(tab.locator(".turn:not(.waiting) .asked")).to_have_text([DIRECTOR])
        expect(tab.locator(".source mark")).to_have_text("Ada Quill")


def test_a_link_opens_the_page_with_the_question_asked(tab: Page, browser: BrowserContext, url: str) -> None:
    ask(tab, DIRECTOR)
    ask(tab, MUSIC)
    tab.locator(".turn").first.get_by_role("button", name="Copy link").click()
    expect(tab.locator(".said-aloud")).to_have_text("Link copied.")
    link = tab.evaluate("navigator.clipboard.readText()")
    with new_tab(browser, "", query=link) as other:
        expect(other.locator(".turn:not(.waiting) .asked")).to_have_text([DIRECTOR, MUSIC, DIRECTOR])
        assert turns_before(other) == 0
        expect(other.locator(".source mark")).to_have_text("Ada Quill")
        other.reload()
        ready(other)
        expect(other.locator(".asked")).to_have_count(3)


def test_an_answer_can_be_copied_with_its_quote(tab: Page) -> None:
    ask(tab, DIRECTOR)
    tab.get_by_role("button", name="Copy", exact=True).click()
    expect(tab.locator(".said-aloud")).to_have_text("Copied.")
    copied = tab.evaluate("navigator.clipboard.readText()")
    assert copied == "Ada Quill\n“The director was Ada Quill.” (Production › Crew)"


def test_the_transcript_comes_as_markdown_and_as_json(tab: Page) -> None:
    tab.get_by_role("button", name="Save .md").click()
    expect(tab.locator(".said-aloud")).to_have_text("There is nothing to save yet.")
    ask(tab, DIRECTOR)
    ask(tab, TALL)
    with tab.expect_download() as download:
        tab.get_by_role("button", name="Save .md").click()
    markdown = Path(download.value.path()).read_text("utf-8")
    assert download.value.suggested_filename == "ask-the-film.md"
    assert f"## 1. {DIRECTOR}" in markdown and "> The director was Ada Quill." in markdown
    with tab.expect_download() as download:
        tab.get_by_role("button", name="Save .json").click()
    transcript = json.loads(Path(download.value.path()).read_text("utf-8"))
    first, second = transcript["turns"]
    assert (first["text"], second["answered"]) == ("Ada Quill", False)
    assert first["citations"][0]["quote"] == "The director was Ada Quill."


def test_thumbs_are_stored_once_an_answer_and_can_be_taken_back(browser: BrowserContext) -> None:
    with fake_page() as page, new_tab(browser, page.url) as tab:
        file = page.home / "ask-the-film" / "feedback.jsonl"
        ask(tab, DIRECTOR)
        good, bad = tab.get_by_label("Good answer"), tab.get_by_label("Bad answer")
        for button, pressed in ((good, "true"), (bad, "true"), (bad, "false"), (good, "true")):
            button.click()
            expect(button).to_have_attribute("aria-pressed", pressed)
        tab.reload()
        expect(good).to_have_attribute("aria-pressed", "true")
        lines = [json.loads(line) for line in file.read_text().splitlines()]
        assert [line["vote"] for line in lines] == ["up", "down", "", "up"]
        assert len({line["key"] for line in lines}) == 1
        assert (lines[0]["question"], lines[0]["text"]) == (DIRECTOR, "Ada Quill")


def test_spoilers_hide_behind_a_click_and_the_switch_is_remembered(tab: Page) -> None:
    tab.get_by_role("switch", name="Hide spoilers").click()
    expect(tab.get_by_text("In scene 9")).to_be_hidden()
    send(tab, "Sum up the plot.")
    expect(tab.locator(".log .veil")).to_be_visible()
    expect(tab.locator(".log blockquote").first).to_be_hidden()
    ask(tab, DIRECTOR)
    expect(tab.locator(".words").last).to_be_visible()
    tab.reload()
    expect(tab.get_by_role("switch", name="Hide spoilers")).to_be_checked()
    expect(tab.locator(".log blockquote").first).to_be_hidden()
    tab.locator(".log").get_by_role("button", name="Show it").click()
    expect(tab.locator(".log blockquote").first).to_be_visible()
    expect(tab.locator(".source mark[aria-current]")).to_be_visible()
    send(tab, "Sum up the plot again.")
    expect(tab.locator(".log .veil").last).to_be_visible()
    expect(tab.get_by_text("In scene 9")).to_be_hidden()
    tab.get_by_role("switch", name="Hide spoilers").click()
    tab.get_by_role("switch", name="Hide spoilers").click()
    expect(tab.get_by_text("In scene 9")).to_be_hidden()
    expect(tab.locator(".log blockquote").first).to_be_hidden()


def test_suggestions_are_answered_surely_and_never_asked_twice(tab: Page) -> None:
    expect(tab.locator(".idea")).to_have_text([DIRECTOR, "Who played the music?"])
    tab.get_by_role("button", name="Who played the music?").click()
    expect(tab.locator(".words")).to_have_text("Tomas Reed")
    expect(tab.locator(".idea")).to_have_text([DIRECTOR])
    ask(tab, "The director, who was it?")
    expect(tab.locator(".words").last).to_have_text("Ada Quill")
    expect(tab.locator(".idea")).to_have_count(0)
    tab.get_by_role("button", name="Undo").click()
    expect(tab.locator(".idea")).to_have_text([DIRECTOR])
