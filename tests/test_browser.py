"""The page in a real browser, in front of the fake pipeline of fake_page.py: asking, reading, looks."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import PHONE, WIDE, ask, fake_page, mark_lies_in_view, new_tab, send
from playwright.sync_api import BrowserContext, Page, expect

READ_AS_AFTER = "{} (turns before: {})"


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
    tab.locator(".turn").first.get_by_label("Citation 2").click()
    expect(tab.locator(".source mark[aria-current]")).to_have_text("Ines Vale")
    expect(tab.locator(".source mark[aria-current]")).to_have_attribute("data-number", "2")
    assert mark_lies_in_view(tab)
    tab.locator(".source").evaluate("panel => panel.scrollTop = 0")
    tab.locator(".turn").first.locator(".where").last.click()
    expect(tab.locator(".source mark").first).to_be_in_viewport()


def test_a_refusal_shows_the_nearest_passage_as_what_it_is(tab: Page) -> None:
    ask(tab, "How tall is the lighthouse?")
    expect(tab.locator(".words")).to_have_text("The article does not say.")
    expect(tab.locator(".missing")).to_have_text("The article never mentions “tall”.")
    expect(tab.locator(".log")).to_contain_text("does not answer the question")
    expect(tab.locator(".log mark")).to_have_count(0)
    expect(tab.locator(".source mark.nearest")).to_have_text(
        ["The Lantern Keeper is a film of 1961 about a lighthouse and its last keeper."]
    )


def test_a_follow_up_is_shown_as_it_was_read(tab: Page) -> None:
    ask(tab, "Who was the director?")
    expect(tab.locator(".read-as")).to_have_count(0)
    ask(tab, "Who made the music?")
    expect(tab.get_by_label("Read as:")).to_have_value(READ_AS_AFTER.format("Who made the music?", 1))


def test_how_sure_is_a_word_with_its_number_for_mouse_and_keyboard(tab: Page) -> None:
    ask(tab, "Who was the director?")
    sure = tab.locator(".sure")
    expect(sure).to_have_text("Very sure: 95 % likely to be right")
    opacity = "chance => getComputedStyle(chance).opacity"
    assert sure.locator(".chance").evaluate(opacity) == "0"
    sure.focus()
    assert sure.locator(".chance").evaluate(opacity) == "1"
    tab.get_by_label("Your question").focus()
    sure.hover()
    assert sure.locator(".chance").evaluate(opacity) == "1"


def test_an_overview_is_quotes_in_order_and_chat_is_plain_words(tab: Page) -> None:
    ask(tab, "Sum up the plot.")
    quotes = tab.locator(".log blockquote")
    expect(quotes).to_have_count(3)
    assert [re.search(r"In scene (\d)", text).group(1) for text in quotes.all_inner_texts()] == ["1", "2", "3"]
    expect(tab.locator(".source mark")).to_have_count(3)
    ask(tab, "Hello there!")
    expect(tab.locator(".turn").last.locator(".words")).to_have_text("Hello! Ask me anything about the article.")
    expect(tab.locator(".turn").last).not_to_contain_text("does not say")
    expect(tab.locator(".turn").last.locator(".citations")).to_have_count(0)


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
    for _ in range(6):
        tab.keyboard.press("Tab")
        order.append(tab.evaluate(focused).split("\n")[0])
        assert tab.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    tools = ["New conversation", "Save .md", "Save .json", "Hide spoilers"]
    assert order == ["Ask", *tools, "The Lantern Keeper"]
    expect(tab.locator(".idea")).to_have_count(2)
    for _ in range(7):
        tab.keyboard.press("Shift+Tab")
    assert tab.evaluate(focused) == "Who played the music?"
    tab.keyboard.press("Enter")
    expect(tab.locator(".asked")).to_have_text("Who played the music?")
    expect(tab.locator(".log")).to_be_focused()
    expect(tab.locator(".words")).to_have_text("Tomas Reed")
    tab.keyboard.press("Tab")
    assert tab.evaluate(focused) == "Citation 1: show in the source"
    tab.get_by_label("Your question").focus()
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


def violations(tab: Page) -> str:
    """What axe has against the page as it is, contrast included; nothing when all is well."""
    tab.wait_for_timeout(300)  # what fades in has less contrast until it is there
    results = Axe().run(tab)
    assert "color-contrast" in {rule["id"] for rule in results.response["passes"]}
    return results.generate_report() if results.violations_count else ""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessibility_with_contrast(browser: BrowserContext, url: str, scheme: str) -> None:
    with new_tab(browser, url, WIDE, scheme) as tab:
        expect(tab.locator(".idea").first).to_be_visible()
        assert tab.evaluate("document.body.classList.contains('dark')") == (scheme == "dark")
        assert not violations(tab)
        for question in ("Who was the director?", "Who made the music?", "How tall is the lighthouse?", "Hello there!"):
            ask(tab, question)
        ask(tab, "Sum up the plot.")
        tab.locator(".turn").first.get_by_label("Good answer").click()
        tab.locator(".turn").last.get_by_role("button", name="Edit").click()
        assert not violations(tab)
        tab.get_by_role("switch", name="Hide spoilers").click()
        expect(tab.locator(".log .veil")).to_be_visible()
        assert not violations(tab)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessibility_of_a_load_that_failed(browser: BrowserContext, scheme: str) -> None:
    with fake_page("--fail") as broken, new_tab(browser, broken.url, PHONE, scheme) as tab:
        send(tab, "Who was the director?")
        expect(tab.locator(".turn:not(.waiting) .notice")).to_be_visible()
        assert not violations(tab)


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
        expect(tab.get_by_role("button", name="Retry")).to_be_visible()


@pytest.mark.parametrize(
    ("path", "status"),
    [("/gradio_api/upload", 404), ("/gradio_api/run/predict", 404), ("/gradio_api/queue/join", 413)],
)
def test_the_server_takes_questions_alone_and_only_short_ones(tab: Page, url: str, path: str, status: int) -> None:
    assert tab.request.post(f"{url}{path}", data=b"x" * 70_000).status == status


def test_the_pages_policy_allows_this_server_alone(tab: Page, url: str) -> None:
    policy = tab.request.get(url).headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert re.search(r"https?:|\*", policy) is None
